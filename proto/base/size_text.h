// Sizes, as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace walstow {

// "480 B", "16.0 MB": three or four digits and a unit, powers of 1024.
std::string size_text(std::uint64_t bytes);

}  // namespace walstow
