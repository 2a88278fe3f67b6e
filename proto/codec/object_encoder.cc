#include <array>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/little_endian.h"
#include "proto/codec/object.h"
#include "proto/codec/stretch_compressor.h"

namespace walstow {
namespace {

// Magic and size, both little-endian, before the content of a skippable frame (RFC 8878, 3.1.2).
std::array<std::byte, kFramePrefixSize> frame_prefix(std::uint32_t magic, std::size_t size) {
  std::array<std::byte, kFramePrefixSize> prefix{};
  store_little_endian(magic, prefix, 0);
  store_little_endian(static_cast<std::uint32_t>(size), prefix, 4);
  return prefix;
}

}  // namespace

struct ObjectEncoder::State {
  explicit State(ByteSink object_sink) : sink(std::move(object_sink)) {}

  ByteSink sink;
  std::optional<FileCompressor> compressor;  // kRaw
  std::uint64_t frames_size = 0;
  std::uint64_t largest_frames = 0;

  void emit_frames(ByteView bytes) {
    frames_size += bytes.size();
    if (frames_size > largest_frames) {
      throw Error(ErrorKind::kInvalid,
                  fmt::format("zstd frames take more than {} bytes", largest_frames));
    }
    sink(bytes);
  }
};

ObjectEncoder::ObjectEncoder(const ObjectHeader& header, Input input, int level, ByteSink sink)
    : state_(std::make_unique<State>(std::move(sink))) {
  const std::string line = encode_object_header(header);
  if (input == Input::kRaw) state_->compressor.emplace(level, header.raw_size);
  state_->largest_frames = largest_frames_size(header.raw_size);
  state_->sink(frame_prefix(kHeaderFrameMagic, line.size()));
  state_->sink(as_bytes(line));
}
ObjectEncoder::ObjectEncoder(ObjectEncoder&&) noexcept = default;
ObjectEncoder& ObjectEncoder::operator=(ObjectEncoder&&) noexcept = default;
ObjectEncoder::~ObjectEncoder() = default;

void ObjectEncoder::write(ByteView input) {
  State& state = *state_;
  if (state.compressor) {
    state.compressor->write(input, [&state](ByteView encoded) { state.emit_frames(encoded); });
  } else {
    state.emit_frames(input);
  }
}

void ObjectEncoder::finish_frames() {
  State& state = *state_;
  if (!state.compressor) return;
  state.compressor->finish([&state](ByteView encoded) { state.emit_frames(encoded); });
}

void ObjectEncoder::finish(const Sha256Digest& sha256) {
  state_->sink(frame_prefix(kTrailerFrameMagic, sha256.size()));
  state_->sink(sha256);
}

}  // namespace walstow
