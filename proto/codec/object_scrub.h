// Checks that a stored object still consists of the bytes that were written. It reads the header
// frame, and compares all bytes before the trailer with the SHA-256 in the trailer. It decompresses
// nothing, so it costs one read and one hash. Only an ObjectDecoder can check that the bytes
// decompress to the file that the header names. Pure. It works in one pass, and keeps only one
// header in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "proto/codec/object.h"

namespace walstow {

class ObjectScrub {
 public:
  // `size` is the size of the whole object in bytes. Throws Error{kDamaged} if it is too small for
  // an object.
  explicit ObjectScrub(std::uint64_t size);

  void write(ByteView object);
  // Call it at the end of the input. Throws Error{kDamaged} for anything that does not match, and
  // Error{kUsage} for an unknown format.
  ObjectHeader finish();

 private:
  std::uint64_t hashed_size_ = 0;     // bytes before the trailer
  std::uint64_t position_ = 0;        // bytes taken so far
  std::vector<std::byte> beginning_;  // up to kLargestHeaderFrame
  std::vector<std::byte> trailer_;
  Sha256 sha256_;
};

}  // namespace walstow
