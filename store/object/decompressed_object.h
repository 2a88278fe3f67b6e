// The file in an object. It is decompressed while it is read, in bounded memory.
#pragma once

#include <string>
#include <vector>

#include "proto/codec/object.h"
#include "store/backend/backend.h"

namespace walstow {

class DecompressedObject {
 public:
  // `source` is positioned at its first byte, and must outlive this object.
  explicit DecompressedObject(ObjectSource& source);

  // Reads the next bytes of the file, up to out.size(). Returns 0 only at the end. Delivers the
  // last bytes only after the whole object has passed its checks. Throws Error{kDamaged} if a check
  // fails, and Error{kUsage} for an unknown format.
  std::size_t read(MutableByteView out);

 private:
  ObjectSource& source_;
  std::vector<std::byte> piece_;
  std::string pending_;    // decompressed bytes that were not delivered yet
  std::size_t taken_ = 0;  // bytes of pending_ that have been delivered
  bool ended_ = false;
  ObjectDecoder decoder_;
};

}  // namespace walstow
