// Reads until the source ends or the buffer is full.
#pragma once

#include <cstddef>

#include "proto/base/bytes.h"

namespace walstow {

// Fills `out`, or a part of it if the source ends first. Returns the filled part. A Source's read()
// returns the next bytes; it may return fewer than requested, and 0 only at its end (ObjectSource,
// DecompressedObject). Throws what read() throws.
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
