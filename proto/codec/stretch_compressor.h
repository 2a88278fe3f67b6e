// Compresses a file in stretches, one zstd frame each. A stretch that does not compress well takes
// little time. Several stretches can be compressed in parallel. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/base/buffer.h"
#include "proto/codec/zstd_stream.h"

namespace walstow {

// The number of bytes of the file in each frame except the last. A stretch and its frame stay in
// the processor's second-level cache, and a put arrives in chunks of this size
// (store/server/body_pump.cc). Each stretch starts with an empty window, which costs 3 % of the
// stored size (docs/performance.md).
inline constexpr std::size_t kStretchSize = std::size_t{256} << 10U;

// The level for a stretch on which level 1 saves too little. At this level, zstd hardly searches,
// and stores mostly raw blocks. Measured in docs/performance.md.
inline constexpr int kHastyLevel = -50;

// Compresses one stretch after another.
class StretchCompressor {
 public:
  explicit StretchCompressor(int level = kDefaultCompressionLevel) : level_(level) {}

  // Writes the frame of one stretch to the beginning of `frame`, and returns its size. `frame` has
  // room for largest_frame(stretch.size()). If the previous stretch saved little, a trial on the
  // beginning of this one decides its level.
  std::size_t compress(ByteView stretch, MutableByteView frame);

 private:
  int level_;
  bool doubtful_ = true;  // whether the usual level saves enough
  Compressor compressor_;
};

// Like StretchCompressor, but for a file that arrives in chunks of any size. If a chunk starts at a
// stretch boundary, its whole stretches are not copied.
class FileCompressor {
 public:
  FileCompressor(int level, std::uint64_t raw_size) : stretch_(level), raw_size_(raw_size) {}
  // Throws Error{kInvalid} if the file has more than `raw_size` bytes.
  void write(ByteView raw, const ByteSink& encoded);
  // Throws Error{kInvalid} if the file has fewer than `raw_size` bytes. An empty file becomes one
  // empty frame.
  void finish(const ByteSink& encoded);

 private:
  [[noreturn]] void throw_other_size() const;
  void compress(ByteView stretch, const ByteSink& encoded);

  StretchCompressor stretch_;
  Buffer frame_;
  std::uint64_t raw_size_;
  std::uint64_t taken_ = 0;  // bytes of the file so far
  // The bytes of a stretch that arrives in several chunks; empty until there is such a stretch.
  Buffer gathered_;
  std::size_t gathered_size_ = 0;
};

}  // namespace walstow
