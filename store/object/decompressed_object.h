// The file that an object holds, unfolded while it is read, in bounded memory.
#pragma once

#include <string>
#include <vector>

#include "proto/codec/object.h"
#include "store/backend/backend.h"

namespace walstow {

class DecompressedObject {
 public:
  // `source`, at its first byte, outlives this.
  explicit DecompressedObject(ObjectSource& source);

  // The next bytes of the file, up to out.size(); 0 only at the end. The last bytes are handed out
  // only after the whole object has passed its checks. Throws Error{kDamaged}; an unknown format is
  // Error{kUsage}.
  std::size_t read(MutableByteView out);

 private:
  ObjectSource& source_;
  std::vector<std::byte> piece_;
  std::string pending_;    // unfolded, not taken yet
  std::size_t taken_ = 0;  // of pending_
  bool ended_ = false;
  ObjectDecoder decoder_;
};

}  // namespace walstow
