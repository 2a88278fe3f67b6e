// Reading on until there is no more to read or no more room.
#pragma once

#include <cstddef>

#include "proto/base/bytes.h"

namespace walstow {

// Fills `out` unless the source ends before; the part that was filled. A Source's read() gives the
// next bytes, fewer than asked for at its liking, and 0 only at its end: ObjectSource,
// DecompressedObject. Throws what it throws.
template <class Source>
MutableByteView read_full(Source& source, MutableByteView out) {
  std::size_t size = 0;
  while (size < out.size()) {
    const std::size_t more = source.read(out.subspan(size));
    if (more == 0) break;
    size += more;
  }
  return out.first(size);
}

}  // namespace walstow
