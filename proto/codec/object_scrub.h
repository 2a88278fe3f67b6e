// Checks that a stored object has the bytes that were written: its header frame, and its trailer's
// SHA-256 of all bytes before it. It decompresses nothing, so it costs a read and a hash. Only an
// ObjectDecoder can check that the bytes decompress to the file that the header names. Pure, in one
// pass, in the memory of one header.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "proto/codec/object.h"

namespace walstow {

class ObjectScrub {
 public:
  // `size`: of the whole object, in bytes. Throws Error{kDamaged} when it is too small for an
  // object.
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
