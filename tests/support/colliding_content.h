// Two contents of one XXH3-128: what a party that wants to deceive can make within milliseconds.
#pragma once

#include <cstddef>
#include <string>

namespace walstow::samples {

// `content`, which has more than 1024 bytes, with 960 others in the block of 1024 that holds
// `offset`, and the same digest. The block is not the last one.
std::string with_same_digest(std::string content, std::size_t offset);

}  // namespace walstow::samples
