// Streaming zstd in bounded memory (RFC 8878). The raw C types stay in zstd_stream.cc.
#pragma once

#include <cstdint>
#include <memory>

#include "proto/base/bytes.h"

namespace walstow {

// Largest window a decoder must offer for Content-Encoding: zstd (RFC 9659, section 3): 8 MiB.
inline constexpr int kLargestWindowLog = 23;

// Negative levels are zstd's fast ones. 1 is the measured choice for WAL (CONTRIBUTING.md).
inline constexpr int kDefaultCompressionLevel = 1;

// zstd frames with content checksum, one after the other. Each call hands out what it made, in
// pieces of at most kChunkSize.
class Compressor {
 public:
  explicit Compressor(int level = kDefaultCompressionLevel);
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;
  ~Compressor();
  // Announces the exact raw size of the next frame's content, before its first write; zstd then
  // puts it into the frame header and sizes its window to it. Another size is then Error{kInvalid},
  // from write() or finish().
  void set_raw_size(std::uint64_t bytes);
  // From the next frame on; before its first write.
  void set_level(int level);
  void write(ByteView raw, const ByteSink& encoded);
  // Ends the frame: the next write begins another one.
  void finish(const ByteSink& encoded);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Bytes that `raw`, at most kChunkSize, takes at this level.
std::size_t compressed_size(ByteView raw, int level);

// Plain zstd frames, one after the other; anything else between them is damage.
class Decompressor {
 public:
  // More than `largest_raw_size` bytes of output is Error{kDamaged}: no bomb unfolds beyond it.
  explicit Decompressor(std::uint64_t largest_raw_size);
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;
  ~Decompressor();
  // Throws Error{kDamaged} on bytes that are not zstd, a failed content checksum, a frame without
  // one, a window above kLargestWindowLog. Returns how many bytes of `encoded` it took: fewer than
  // given only when a frame ended there (at_frame_end() is then true). Messages name the byte at
  // which the frame starts, counted from the first frame's.
  std::size_t write(ByteView encoded, const ByteSink& raw);
  bool at_frame_end() const;  // true before the first byte, too

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walstow
