// A cluster's status as text for people: aligned, within 80 columns, ending with a newline. Pure,
// except for the query of the terminal.
#pragma once

#include <string>

#include "proto/wire/report.h"

namespace walstow {

enum class Color { kNone, kAnsi };
// kAnsi if standard output is a terminal with colours, and NO_COLOR is not set.
Color color_of_terminal();

struct StatusStyle {
  Time now;
  Color color = Color::kNone;
};

std::string status_text(const ClusterReport& report, const StatusStyle& style);

// "5 s", "3 min", "4 h", "12 days": two or three digits are enough to show a problem.
std::string age_text(Time::duration age);

}  // namespace walstow
