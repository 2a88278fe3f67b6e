// Formats sizes for people.
#pragma once

#include <cstdint>
#include <string>

namespace walstow {

// Returns "480 B" or "16.0 MB": three or four digits and a unit, in powers of 1024.
std::string size_text(std::uint64_t bytes);

}  // namespace walstow
