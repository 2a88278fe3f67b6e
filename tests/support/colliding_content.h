// Two contents with one XXH3-128: an attacker can create them within milliseconds.
#pragma once

#include <cstddef>
#include <string>

namespace walstow::samples {

// `content`, which has more than 1024 bytes, with 960 other bytes in the block of 1024 that
// contains `offset`, and with the same digest. The block ends at least 64 bytes before the end of
// `content`.
std::string with_same_digest(std::string content, std::size_t offset);

}  // namespace walstow::samples
