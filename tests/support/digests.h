// Digests of contents that a test has in memory as a whole.
#pragma once

#include "proto/base/bytes.h"
#include "proto/codec/digest.h"

namespace walstow {

inline Digest digest_of(ByteView content) {
  Hasher hasher;
  hasher.update(content);
  return hasher.digest();
}

inline Digest digest_of(std::string_view content) {
  return digest_of(as_bytes(content));
}

}  // namespace walstow
