// A cluster's status as text for people: aligned, within 80 columns, ending with a newline. Pure,
// except for color_of_terminal().
#pragma once

#include <string>

#include "proto/wire/report.h"

namespace walstow {

enum class Color { kNone, kAnsi };
// Returns kAnsi if standard output is a terminal with colours, and NO_COLOR is not set.
Color color_of_terminal();

struct StatusStyle {
  Time now;
  Color color = Color::kNone;
};

std::string status_text(const ClusterReport& report, const StatusStyle& style);

}  // namespace walstow
