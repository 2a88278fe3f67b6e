// A file as zstd frames, each of a stretch of it: a stretch that does not compress is not tried
// hard, and stretches can be compressed side by side. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/base/buffer.h"
#include "proto/codec/zstd_stream.h"

namespace walstow {

// Bytes of the file in each frame but the last. A stretch and its frame stay in the processor's
// second cache, and a put arrives in chunks of this size (store/server/body_pump.cc); what a window
// that starts empty costs is 3 % of the stored size (docs/performance.md).
inline constexpr std::size_t kStretchSize = std::size_t{256} << 10U;

// Level of a stretch of which level 1 saves too little to pay: next to no search, mostly raw
// blocks. Measured in docs/performance.md.
inline constexpr int kHastyLevel = -50;

// Compresses one stretch after the other.
class StretchCompressor {
 public:
  explicit StretchCompressor(int level = kDefaultCompressionLevel) : level_(level) {}

  // The frame of one stretch; valid until the next call. Where the stretch before saved little, the
  // beginning of this one decides on its level.
  ByteView compress(ByteView stretch);

 private:
  int level_;
  bool doubtful_ = true;  // that the level pays
  Compressor compressor_;
};

// The same for a file that comes in pieces of any size. A piece that is a whole stretch where one
// begins is not copied.
class FileCompressor {
 public:
  FileCompressor(int level, std::uint64_t raw_size) : stretch_(level), raw_size_(raw_size) {}
  // Throws Error{kInvalid} for more bytes than announced.
  void write(ByteView raw, const ByteSink& encoded);
  // Throws Error{kInvalid} for fewer. An empty file is one empty frame.
  void finish(const ByteSink& encoded);

 private:
  [[noreturn]] void throw_other_size() const;

  StretchCompressor stretch_;
  std::uint64_t raw_size_;
  std::uint64_t taken_ = 0;  // bytes of the file so far
  Buffer gathered_;          // of a stretch that came in pieces; empty until one does
  std::size_t gathered_size_ = 0;
};

}  // namespace walstow
