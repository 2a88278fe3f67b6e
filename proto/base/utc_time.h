// Points in time as text: UTC, whole seconds, one form everywhere ("2026-11-22T19:40:00Z"), which
// is that of ISO 8601 and sorts as the times do.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace walstow {

using Time = std::chrono::system_clock::time_point;

// Fractions of a second are cut off. For the years that parse_iso8601() reads.
std::string to_iso8601(Time time);

// Exactly that form, from 1970 to 2261: of two such times each can be subtracted from the other in
// the nanoseconds of system_clock, whose 64 bits hold 292 years. nullopt on anything else.
std::optional<Time> parse_iso8601(std::string_view text);

}  // namespace walstow
