#include "proto/codec/zstd_stream.h"

// For ZSTD_getFrameHeader, ZSTD_d_forceIgnoreChecksum and ZSTD_d_stableOutBuffer. They require
// static linking of libzstd, which the build does.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <new>
#include <optional>
#include <utility>

#include "proto/base/buffer.h"
#include "proto/base/error.h"

namespace walstow {
namespace {

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// For the default level, instead of zstd's own values. A table of 16 kB stays in the processor's
// first-level cache, and WAL is full of short repetitions. In such stretches, stored pgbench data
// is a tenth smaller than with zstd's own values, and text takes a fifth less time. Measured in
// docs/performance.md.
constexpr int kHashLog = 12;
constexpr int kShortestMatch = 5;

// For calls that fail only for lack of memory or on wrong use of zstd.
void require_zstd(std::size_t result, std::string_view what) {
  if (!ZSTD_isError(result)) return;
  if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) throw std::bad_alloc();
  throw Error(ErrorKind::kInvalid,
              fmt::format("could not {}: {}", what, ZSTD_getErrorName(result)));
}

}  // namespace

std::size_t largest_frame(std::size_t raw_size) {
  return ZSTD_compressBound(raw_size);
}

struct Compressor::State {
  std::unique_ptr<ZSTD_CCtx, FreeCompressor> context{ZSTD_createCCtx()};
  std::optional<int> level;  // currently set

  void set(ZSTD_cParameter parameter, int value) const {
    require_zstd(ZSTD_CCtx_setParameter(context.get(), parameter, value), "set up the compressor");
  }
  void set_level(int wanted) {
    if (level == wanted) return;
    const bool tuned = wanted == kDefaultCompressionLevel;
    set(ZSTD_c_compressionLevel, wanted);
    set(ZSTD_c_hashLog, tuned ? kHashLog : 0);  // 0: zstd's own
    set(ZSTD_c_minMatch, tuned ? kShortestMatch : 0);
    level = wanted;
  }
};

Compressor::Compressor() : state_(std::make_unique<State>()) {
  if (state_->context == nullptr) throw std::bad_alloc();
  state_->set(ZSTD_c_checksumFlag, 1);
}
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;
Compressor::~Compressor() = default;

std::size_t Compressor::compress(ByteView raw, int level, MutableByteView frame) {
  state_->set_level(level);
  const std::size_t size =
      ZSTD_compress2(state_->context.get(), frame.data(), frame.size(), raw.data(), raw.size());
  require_zstd(size, "compress");
  return size;
}

struct Decompressor::State {
  explicit State(std::uint64_t largest_raw_size) : largest(largest_raw_size) {}

  std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context{ZSTD_createDCtx()};
  Buffer buffer{kLargestFrameInPlace};
  ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
  bool in_place = false;  // zstd builds the content of this frame in `buffer`
  std::uint64_t largest;
  std::uint64_t raw_size = 0;     // delivered so far, over all frames
  std::uint64_t frame_start = 0;  // bytes of all frames before this one
  std::uint64_t frame_size = 0;   // of this one, consumed so far

  // The frame header is gathered and checked before zstd sees it. So the result is the same however
  // the bytes were split.
  std::array<std::byte, ZSTD_FRAMEHEADERSIZE_MAX> header{};
  std::size_t header_size = 0;
  bool in_frame = false;  // after the frame header

  std::size_t gather_header(ByteView encoded);
  void judge_header(const ZSTD_frameHeader& frame) const;
  void begin_frame(const ZSTD_frameHeader& frame);
  std::size_t unfold(ByteView encoded, const ByteSink& raw);
  [[noreturn]] void throw_damaged(const std::string& what) const;
  [[noreturn]] void throw_too_large() const;
};

// Consumes the missing bytes of the frame header, never more; in_frame is true once it is complete.
std::size_t Decompressor::State::gather_header(ByteView encoded) {
  std::size_t taken = 0;
  for (;;) {
    ZSTD_frameHeader frame;
    const std::size_t needed = ZSTD_getFrameHeader(&frame, header.data(), header_size);
    if (ZSTD_isError(needed)) throw_damaged(ZSTD_getErrorName(needed));
    if (needed == 0) {
      judge_header(frame);
      begin_frame(frame);
      return taken;
    }
    const std::size_t more = std::min(needed - header_size, encoded.size() - taken);
    if (more == 0) return taken;
    std::memcpy(header.data() + header_size, encoded.data() + taken, more);
    header_size += more;
    taken += more;
  }
}

void Decompressor::State::judge_header(const ZSTD_frameHeader& frame) const {
  if (frame.frameType == ZSTD_skippableFrame) throw_damaged("skippable frame");
  if (frame.checksumFlag == 0) throw_damaged("frame without content checksum");
  constexpr std::uint64_t kLargestWindow = std::uint64_t{1} << kLargestWindowLog;
  if (frame.windowSize > kLargestWindow) {
    throw_damaged(fmt::format("frame needs a window of {} bytes, but only {} are allowed",
                              frame.windowSize, kLargestWindow));
  }
  if (frame.frameContentSize != ZSTD_CONTENTSIZE_UNKNOWN &&
      frame.frameContentSize > largest - raw_size) {
    throw_too_large();
  }
}

void Decompressor::State::begin_frame(const ZSTD_frameHeader& frame) {
  // A size that is not known is greater than every other.
  in_place = frame.frameContentSize <= buffer.size();
  require_zstd(
      ZSTD_DCtx_setParameter(context.get(), ZSTD_d_stableOutBuffer, static_cast<int>(in_place)),
      "set up the decompressor");
  output.pos = 0;
  in_frame = true;
}

// Runs zstd over `encoded` to its end or the frame's. Returns how many bytes it consumed.
std::size_t Decompressor::State::unfold(ByteView encoded, const ByteSink& raw) {
  ZSTD_inBuffer input{encoded.data(), encoded.size(), 0};
  for (;;) {
    if (!in_place) output.pos = 0;
    const std::size_t before = output.pos;
    const std::size_t left = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation) throw std::bad_alloc();
    if (ZSTD_isError(left)) throw_damaged(ZSTD_getErrorName(left));
    const std::size_t more = output.pos - before;
    if (more > largest - raw_size) throw_too_large();
    raw_size += more;
    if (more > 0) raw(ByteView(buffer).subspan(before, more));
    if (left == 0) {
      in_frame = false;
      header_size = 0;
      return input.pos;
    }
    // A full buffer may hide more output, which zstd keeps in a window of its own.
    if (input.pos == input.size && (in_place || output.pos < output.size)) return input.pos;
  }
}

void Decompressor::State::throw_damaged(const std::string& what) const {
  throw Error(ErrorKind::kDamaged, fmt::format("zstd frame at byte {}: {}", frame_start, what));
}

void Decompressor::State::throw_too_large() const {
  throw_damaged(fmt::format("content is larger than {} bytes", largest));
}

Decompressor::Decompressor(std::uint64_t largest_raw_size, Checksum checksum)
    : state_(std::make_unique<State>(largest_raw_size)) {
  if (!state_->context) throw std::bad_alloc();
  const auto set = [this](ZSTD_dParameter parameter, int value) {
    require_zstd(ZSTD_DCtx_setParameter(state_->context.get(), parameter, value),
                 "set up the decompressor");
  };
  set(ZSTD_d_windowLogMax, kLargestWindowLog);
  if (checksum == Checksum::kSkip) set(ZSTD_d_forceIgnoreChecksum, ZSTD_d_ignoreChecksum);
}
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;
Decompressor::~Decompressor() = default;

std::size_t Decompressor::write(ByteView encoded, const ByteSink& raw) {
  State& state = *state_;
  std::size_t taken = 0;
  if (!state.in_frame) {
    taken = state.gather_header(encoded);
    if (state.in_frame) state.unfold(ByteView(state.header).first(state.header_size), raw);
  }
  // zstd reports an error when it is called without input.
  if (taken < encoded.size()) taken += state.unfold(encoded.subspan(taken), raw);
  state.frame_size += taken;
  if (at_frame_end()) state.frame_start += std::exchange(state.frame_size, 0);
  return taken;
}

bool Decompressor::at_frame_end() const {
  return !state_->in_frame && state_->header_size == 0;
}

}  // namespace walstow
