#include "store/backend/s3/s3_text.h"

#include <algorithm>

#include "proto/codec/digest.h"

namespace walstow {

S3Body text_body(const std::string& text) {
  Sha256 hash;
  hash.update(as_bytes(text));
  return {.size = text.size(), .sha256 = to_hex(hash.finish()), .restart = [&text] {
            return [&text, offset = std::size_t{0}](MutableByteView out) mutable {
              const std::size_t size = std::min(out.size(), text.size() - offset);
              std::ranges::copy(as_bytes(text).subspan(offset, size), out.begin());
              offset += size;
              return size;
            };
          }};
}

}  // namespace walstow
