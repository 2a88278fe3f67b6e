// Whether the bytes of a stored object are those that were written: its header frame, and the
// SHA-256 that its trailer has of all bytes before it. Nothing is unfolded, so it costs a read and
// a hash; whether the bytes unfold to the file that the header names, only an ObjectDecoder can
// say. Pure, in one pass, in memory of one header.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "proto/codec/object.h"

namespace walstow {

class ObjectScrub {
 public:
  // `size`: of the whole object, in bytes. Throws Error{kDamaged} when that is too small for one.
  explicit ObjectScrub(std::uint64_t size);

  void write(ByteView object);
  // At the end of the input. Throws Error{kDamaged} for anything that does not match, Error{kUsage}
  // for a format that is not known.
  ObjectHeader finish();

 private:
  std::uint64_t hashed_size_ = 0;     // bytes before the trailer
  std::uint64_t position_ = 0;        // bytes taken so far
  std::vector<std::byte> beginning_;  // up to kLargestHeaderFrame
  std::vector<std::byte> trailer_;
  Sha256 sha256_;
};

}  // namespace walstow
