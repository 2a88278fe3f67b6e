// The body of a put that is compressed on its way out: zstd frames, each of a stretch of the file.
//
// Two threads share the work: while the caller's compresses and sends one block of stretches, the
// other one compresses the next.
#pragma once

#include <cstdint>
#include <memory>

#include "proto/base/bytes.h"
#include "proto/files/file_system.h"

namespace walstow {

class CompressedBody {
 public:
  // The first `size` bytes of `file`, which outlives this and is read by nobody else meanwhile.
  CompressedBody(File& file, std::uint64_t size);
  CompressedBody(const CompressedBody&) = delete;
  CompressedBody& operator=(const CompressedBody&) = delete;
  ~CompressedBody();

  // The next bytes, kChunkSize at most, valid until the next call; none at the end. From one
  // thread. Throws Error{kInvalid} when the file has become shorter, and as File::read_at() does.
  ByteView next();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace walstow
