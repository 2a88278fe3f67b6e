// Decompresses the files of archives of other programs: gzip (RFC 1952), zstd (RFC 8878) and lz4
// frames, in bounded memory. A file may consist of several members or frames. Only the files
// *_format.cc use the raw C types.
//
// proto/codec/zstd_stream.h reads walstow's own objects, and accepts only what walstow writes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "proto/base/buffer.h"
#include "proto/base/bytes.h"
#include "store/admin/import/stream_format.h"

namespace walstow {

enum class Compression { kNone, kGzip, kZstd, kLz4 };

struct Recognized {
  Compression compression = Compression::kNone;
  // The name of a known form of compression that is not supported ("bzip2"), or "".
  std::string_view unsupported;
};

// Recognizes the form by the first bytes of a file, never by its name. No WAL file begins like a
// compressed file.
inline constexpr std::size_t kRecognizable = 8;  // bytes
Recognized recognize(ByteView beginning);

// Fills `out` with the next bytes of the compressed file; returns 0 only at its end.
using ByteSource = std::function<std::size_t(MutableByteView out)>;

class StreamDecoder {
 public:
  // `compression` must not be kNone.
  StreamDecoder(Compression compression, ByteSource source);

  // Fills `out` with the next decompressed bytes. Returns fewer than requested only at the end of
  // the last member or frame, which is then proven complete. Throws Error{kDamaged} for bytes that
  // do not have the form, for a wrong checksum, and for a file that ends early. Also throws what
  // the source throws.
  std::size_t read(MutableByteView out);

 private:
  bool refill();

  std::unique_ptr<StreamFormat> format_;
  ByteSource source_;
  Buffer buffer_{kChunkSize};
  ByteView input_;  // in buffer_; not decompressed yet
  bool at_end_ = false;
};

}  // namespace walstow
