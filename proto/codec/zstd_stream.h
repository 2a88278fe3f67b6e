// zstd (RFC 8878): frames made in one call, and unfolded as a stream in bounded memory. The raw C
// types stay in zstd_stream.cc.
#pragma once

#include <cstdint>
#include <memory>

#include "proto/base/bytes.h"

namespace walstow {

// Largest window a decoder must offer for Content-Encoding: zstd (RFC 9659, section 3): 8 MiB.
inline constexpr int kLargestWindowLog = 23;

// Negative levels are zstd's fast ones. 1 is the measured choice for WAL (docs/performance.md).
inline constexpr int kDefaultCompressionLevel = 1;

// Makes zstd frames with content checksum, each of bytes that lie together: zstd reads them where
// they are, and needs neither a window of its own nor a copy.
class Compressor {
 public:
  Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;
  ~Compressor();
  // One frame with all of `raw`, whose size is in the frame's header. Valid until the next call.
  ByteView compress(ByteView raw, int level);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Plain zstd frames, one after the other; anything else between them is damage.
class Decompressor {
 public:
  enum class Checksum {
    kCheck,
    kSkip,  // for whoever compares a better digest of the whole content: an eighth of the work less
  };
  // More than `largest_raw_size` bytes of output is Error{kDamaged}: no bomb unfolds beyond it.
  explicit Decompressor(std::uint64_t largest_raw_size, Checksum checksum = Checksum::kCheck);
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;
  ~Decompressor();
  // Throws Error{kDamaged} on bytes that are not zstd, a failed content checksum (kCheck), a frame
  // without one, a window above kLargestWindowLog. Returns how many bytes of `encoded` it took:
  // fewer than given only when a frame ended there (at_frame_end() is then true). Messages name the
  // byte at which the frame starts, counted from the first frame's.
  std::size_t write(ByteView encoded, const ByteSink& raw);
  bool at_frame_end() const;  // true before the first byte, too

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walstow
