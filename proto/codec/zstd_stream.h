// zstd (RFC 8878): compresses frames in one call, and decompresses a stream in bounded memory. The
// raw C types stay in zstd_stream.cc.
#pragma once

#include <cstdint>
#include <memory>

#include "proto/base/bytes.h"

namespace walstow {

// The largest window that a decoder must support for Content-Encoding: zstd (RFC 9659, section 3):
// 8 MiB.
inline constexpr int kLargestWindowLog = 23;

// Negative levels are zstd's fast ones. Measurements chose 1 for WAL (docs/performance.md).
inline constexpr int kDefaultCompressionLevel = 1;

// Makes zstd frames with content checksum, each from contiguous bytes. zstd reads these in place,
// and needs neither a window of its own nor a copy.
class Compressor {
 public:
  Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;
  ~Compressor();
  // Returns one frame with all of `raw`; its header contains raw's size. Valid until the next call.
  ByteView compress(ByteView raw, int level);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Decompresses plain zstd frames, one after another; anything else between them is damage.
class Decompressor {
 public:
  enum class Checksum {
    kCheck,
    kSkip,  // for callers with a better digest of the whole content: saves an eighth of the work
  };
  // Throws Error{kDamaged} beyond `largest_raw_size` bytes of output: a decompression bomb stops
  // there.
  explicit Decompressor(std::uint64_t largest_raw_size, Checksum checksum = Checksum::kCheck);
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;
  ~Decompressor();
  // Throws Error{kDamaged} on bytes that are not zstd, a failed content checksum (kCheck), a frame
  // without one, a window above kLargestWindowLog. Returns how many bytes of `encoded` it took;
  // fewer than given only when a frame ended there (at_frame_end() is then true). Messages contain
  // the position at which the frame starts, in bytes from the first frame's start.
  std::size_t write(ByteView encoded, const ByteSink& raw);
  bool at_frame_end() const;  // true before the first byte, too

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walstow
