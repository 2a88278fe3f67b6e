// Points in time with microseconds, as PostgreSQL records them, and their form as text. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace walstow {

using TimeMicro = std::chrono::sys_time<std::chrono::microseconds>;

// The form of to_iso8601(Time) with six more digits: "2026-11-22T19:40:00.000001Z". It sorts
// chronologically. Supports the years 1970 to 2261.
std::string to_iso8601(TimeMicro time);
// Parses exactly this form. Returns nullopt for anything else.
std::optional<TimeMicro> parse_iso8601_micro(std::string_view text);

}  // namespace walstow
