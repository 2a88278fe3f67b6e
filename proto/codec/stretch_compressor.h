// A file as zstd frames, each of a stretch of it: a stretch that does not compress is not tried
// hard, and stretches can be compressed side by side. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/codec/zstd_stream.h"

namespace walstow {

// Bytes of the file in each frame but the last: small enough that two threads share a segment of
// 16 MB evenly, large enough that what a frame costs (some 20 bytes, and a window that starts
// empty) does not show.
inline constexpr std::size_t kStretchSize = std::size_t{4} << 20U;

// Level of a stretch of which level 1 saves too little to pay: next to no search, mostly raw
// blocks. Measured in CONTRIBUTING.md.
inline constexpr int kHastyLevel = -50;

// Compresses one stretch after the other.
class StretchCompressor {
 public:
  explicit StretchCompressor(int level = kDefaultCompressionLevel);

  // Begins a frame of `raw_size` bytes, kStretchSize at most; the one before is finished.
  void begin(std::size_t raw_size);
  // The first write of a frame decides on its level, by what the beginning of `raw` saves.
  void write(ByteView raw, const ByteSink& encoded);
  // Throws Error{kInvalid} unless as many bytes came as announced.
  void finish(const ByteSink& encoded);

 private:
  int level_;
  bool decided_ = false;
  Compressor compressor_;
};

// The same for a file that comes in pieces of any size: frames begin and end where they must.
class FileCompressor {
 public:
  FileCompressor(int level, std::uint64_t raw_size);
  // Throws Error{kInvalid} for more bytes than announced.
  void write(ByteView raw, const ByteSink& encoded);
  // Throws Error{kInvalid} for fewer. An empty file is one empty frame.
  void finish(const ByteSink& encoded);

 private:
  void begin_next();

  StretchCompressor stretch_;
  std::uint64_t raw_size_;
  std::uint64_t begun_ = 0;       // bytes of the stretches up to now, this one included
  std::size_t stretch_left_ = 0;  // bytes that this one still needs
};

}  // namespace walstow
