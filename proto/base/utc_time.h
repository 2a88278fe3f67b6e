// Points in time as text: UTC, whole seconds, one form everywhere ("2026-11-22T19:40:00Z"). The
// form is that of ISO 8601 and sorts chronologically.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace walstow {

using Time = std::chrono::system_clock::time_point;

// Cuts off fractions of a second. For the years that parse_iso8601() reads.
std::string to_iso8601(Time time);

// Parses exactly that form, from 1970 to 2261: any two such times can be subtracted in the
// nanoseconds of system_clock, whose 64 bits hold 292 years. nullopt: anything else.
std::optional<Time> parse_iso8601(std::string_view text);

}  // namespace walstow
