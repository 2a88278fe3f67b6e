// zstd (RFC 8878): compresses frames in one call, and decompresses a stream in bounded memory. The
// raw C types stay in zstd_stream.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "proto/base/bytes.h"

namespace walstow {

// The largest window that a decoder must support for Content-Encoding: zstd (RFC 9659, section 3):
// 8 MiB.
inline constexpr int kLargestWindowLog = 23;

// zstd's fast levels are negative. Level 1 was chosen for WAL by measurement (docs/performance.md).
inline constexpr int kDefaultCompressionLevel = 1;

// In bytes of content. A frame up to this size is decompressed in the buffer that the sink
// receives. There is no window in between, which would cost memory and a copy.
inline constexpr std::size_t kLargestFrameInPlace = std::size_t{256} * 1024;

// Returns the largest size of a frame with `raw_size` bytes of content.
std::size_t largest_frame(std::size_t raw_size);

// Makes zstd frames with a content checksum, each from contiguous bytes. zstd reads these bytes in
// place, so it needs neither a window of its own nor a copy.
class Compressor {
 public:
  Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;
  ~Compressor();
  // Writes one frame with all of `raw` to the beginning of `frame`, and returns its size. The
  // frame's header contains the size of `raw`. `frame` has room for largest_frame(raw.size()).
  std::size_t compress(ByteView raw, int level, MutableByteView frame);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Decompresses plain zstd frames, one after another. Anything between two frames counts as damage.
class Decompressor {
 public:
  enum class Checksum {
    kCheck,
    kSkip,  // for callers that check a stronger digest of the whole content; saves an eighth of the
            // work
  };
  // The decompressor throws Error{kDamaged} if the output exceeds `largest_raw_size` bytes. This
  // stops a decompression bomb.
  explicit Decompressor(std::uint64_t largest_raw_size, Checksum checksum = Checksum::kCheck);
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;
  ~Decompressor();
  // Throws Error{kDamaged} for bytes that are not zstd, a frame whose content checksum fails
  // (kCheck) or is missing, and a window above kLargestWindowLog. Returns how many bytes of
  // `encoded` were used: fewer than encoded.size() only if a frame ended at that byte
  // (at_frame_end() is then true). Messages name the position at which the faulty frame starts, in
  // bytes from the start of the first frame.
  std::size_t write(ByteView encoded, const ByteSink& raw);
  bool at_frame_end() const;  // also true before the first byte

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walstow
