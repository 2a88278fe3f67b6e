// The body of a put that is compressed during the transfer: zstd frames, each of one stretch of the
// file.
//
// Two threads share the work. While the caller's thread compresses and sends one block of
// stretches, the other one compresses the next.
#pragma once

#include <cstdint>
#include <memory>

#include "proto/base/bytes.h"
#include "proto/files/file_system.h"

namespace walstow {

class CompressedBody {
 public:
  // Sends the first `size` bytes of `file`. The file must outlive this object, and nothing else may
  // read it meanwhile.
  CompressedBody(File& file, std::uint64_t size);
  CompressedBody(const CompressedBody&) = delete;
  CompressedBody& operator=(const CompressedBody&) = delete;
  ~CompressedBody();

  // Returns the next bytes, at most kChunkSize, valid until the next call; none at the end. Call it
  // from one thread. Throws Error{kInvalid} when the file has become shorter, and as
  // File::read_at() does.
  ByteView next();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace walstow
