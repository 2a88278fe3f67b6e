// Points in time as text: UTC, whole seconds, one form everywhere ("2026-11-22T19:40:00Z"). The
// form follows ISO 8601 and sorts chronologically.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace walstow {

using Time = std::chrono::system_clock::time_point;

// Cuts off fractions of a second. Supports the years that parse_iso8601() reads.
std::string to_iso8601(Time time);

// Parses exactly the form of to_iso8601(), for the years 1970 to 2261. Returns nullopt for anything
// else. Any two such times can be subtracted in the nanoseconds of system_clock, whose 64 bits hold
// 292 years.
std::optional<Time> parse_iso8601(std::string_view text);

}  // namespace walstow
