// Compresses a file in stretches, one zstd frame each. A stretch that does not compress gets little
// effort, and several stretches can be compressed in parallel. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/base/buffer.h"
#include "proto/codec/zstd_stream.h"

namespace walstow {

// Bytes of the file in each frame but the last. A stretch and its frame stay in the processor's
// second-level cache, and a put arrives in chunks of this size (store/server/body_pump.cc). Each
// stretch starts with an empty window, which costs 3 % of the stored size (docs/performance.md).
inline constexpr std::size_t kStretchSize = std::size_t{256} << 10U;

// The level for a stretch of which level 1 saves too little: almost no search, mostly raw blocks.
// Measured in docs/performance.md.
inline constexpr int kHastyLevel = -50;

// Compresses one stretch after another.
class StretchCompressor {
 public:
  explicit StretchCompressor(int level = kDefaultCompressionLevel) : level_(level) {}

  // Returns the frame of one stretch; valid until the next call. Where the stretch before saved
  // little, a trial of this one's beginning decides its level.
  ByteView compress(ByteView stretch);

 private:
  int level_;
  bool doubtful_ = true;  // whether the level pays
  Compressor compressor_;
};

// The same for a file that arrives in chunks of any size. Whole stretches of a chunk are not copied
// when the chunk starts at a stretch boundary.
class FileCompressor {
 public:
  FileCompressor(int level, std::uint64_t raw_size) : stretch_(level), raw_size_(raw_size) {}
  // Throws Error{kInvalid} for more bytes than `raw_size`.
  void write(ByteView raw, const ByteSink& encoded);
  // Throws Error{kInvalid} for fewer bytes. An empty file is one empty frame.
  void finish(const ByteSink& encoded);

 private:
  [[noreturn]] void throw_other_size() const;

  StretchCompressor stretch_;
  std::uint64_t raw_size_;
  std::uint64_t taken_ = 0;  // bytes of the file so far
  Buffer gathered_;          // of a stretch that arrived in chunks; empty until one does
  std::size_t gathered_size_ = 0;
};

}  // namespace walstow
