// Checks a file before it is put: walstow-archive and `walstow import` do it in the same way.
#pragma once

#include <cstdint>

#include "proto/base/bytes.h"
#include "proto/client/precheck.h"
#include "proto/codec/digest.h"
#include "proto/files/file_system.h"

namespace walstow {

// Reads the bytes that precheck() needs, and checks them. For a segment of a newer release, it also
// checks the second page. Throws what the functions of precheck.h and read_at() throw.
Checked check_file(FileContent& file, const WalFileName& name, std::uint64_t size,
                   const ServerIdentity& server);

struct ReadThrough {
  std::uint64_t size = 0;  // bytes
  Digest digest;
};
// Reads `file` to its end, but stops once it has read more than `most` bytes. `also` (may be empty)
// receives all bytes that are read.
ReadThrough read_through(FileContent& file, std::uint64_t most, const ByteSink& also = {});

}  // namespace walstow
