// The body of a put that is compressed during the transfer. It consists of zstd frames, one for
// each stretch of the file.
//
// Two threads share the work. While the caller's thread compresses and sends one block of
// stretches, the other thread compresses the next one.
#pragma once

#include <cstdint>
#include <memory>

#include "proto/base/bytes.h"
#include "proto/files/file_system.h"

namespace walstow {

class CompressedBody {
 public:
  // Sends the first `size` bytes of `file`. The file must outlive this object. While this object
  // exists, nothing else may read the file.
  CompressedBody(FileContent& file, std::uint64_t size);
  CompressedBody(const CompressedBody&) = delete;
  CompressedBody& operator=(const CompressedBody&) = delete;
  ~CompressedBody();

  // Returns the next frame, valid until the next call. Returns no bytes at the end. The caller may
  // also overwrite the kRoomBeforeChunk bytes before it and the kRoomAfterChunk bytes after it
  // (proto/client/client_connection.h). Call it from one thread. Throws Error{kInvalid} if the file
  // has become shorter, and everything that FileContent::read_at() throws.
  MutableByteView next();

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace walstow
