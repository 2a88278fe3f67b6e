// A cluster's status as text for people: aligned, within 80 columns, ending with a newline. Pure,
// but for the look at the terminal.
#pragma once

#include <string>

#include "proto/wire/report.h"

namespace walstow {

enum class Color { kNone, kAnsi };
// kAnsi where standard output is a terminal that has colours, and NO_COLOR is not set.
Color color_of_terminal();

struct StatusStyle {
  Time now;
  Color color = Color::kNone;
};

std::string status_text(const ClusterReport& report, const StatusStyle& style);

// "5 s", "3 min", "4 h", "12 days": two or three digits are enough to tell what is wrong.
std::string age_text(Time::duration age);

}  // namespace walstow
