#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <vector>

#include "proto/base/error.h"
#include "proto/base/little_endian.h"
#include "proto/codec/object.h"

namespace walstow {
namespace {

constexpr std::uint32_t kZstdFrameMagic = 0xFD2FB528;  // RFC 8878, 3.1.1
constexpr std::size_t kMagicSize = 4;
constexpr std::size_t kTrailerSize = kFramePrefixSize + std::tuple_size_v<Sha256Digest>;

[[noreturn]] void damaged(const std::string& what) {
  throw Error(ErrorKind::kDamaged, what);
}

// Returns how many bytes of JSON follow an object's first kFramePrefixSize bytes.
std::size_t header_line_size(ByteView prefix) {
  const auto magic = load_little_endian<std::uint32_t>(prefix, 0);
  const auto size = load_little_endian<std::uint32_t>(prefix, kMagicSize);
  if (magic != kHeaderFrameMagic) {
    damaged(fmt::format("is not a stored object: it starts with magic 0x{:08X}, not 0x{:08X}",
                        magic, kHeaderFrameMagic));
  }
  if (size == 0 || size > kLargestObjectHeader) {
    damaged(fmt::format("object header has {} bytes, but only 1 to {} bytes are allowed", size,
                        kLargestObjectHeader));
  }
  return size;
}

// The part of the object that comes next.
enum class Part { kHeaderPrefix, kHeaderLine, kFrameMagic, kFrame, kTrailer, kEnd };

}  // namespace

struct ObjectDecoder::State {
  State(ByteSink raw_sink, std::uint64_t largest)
      : raw(std::move(raw_sink)), largest_raw_size(largest) {}

  ByteSink raw;
  std::uint64_t largest_raw_size;
  Part part = Part::kHeaderPrefix;
  std::uint64_t position = 0;       // object bytes taken so far
  std::vector<std::byte> gathered;  // of the part, where it must be complete to be read
  std::size_t line_size = 0;        // of the header's JSON
  std::optional<ObjectHeader> header;
  std::optional<Decompressor> decompressor;
  std::uint64_t frames_size = 0;
  std::uint64_t raw_size = 0;
  Hasher hasher;
  std::optional<Sha256> sha256;          // Checks::kAll
  std::optional<Sha256Digest> finished;  // once the frames are finished

  std::size_t take(ByteView object);
  bool gather(ByteView object, std::size_t size, std::size_t& taken);
  void read_header_prefix();
  void read_header_line();
  void read_frame_magic();
  std::size_t unfold(ByteView frames);
  const Sha256Digest& finish_sha256();
  void read_trailer();
  void check_content() const;
};

// Consumes some of `object`, at least one byte.
std::size_t ObjectDecoder::State::take(ByteView object) {
  std::size_t taken = 0;
  switch (part) {
    case Part::kHeaderPrefix:
      if (gather(object, kFramePrefixSize, taken)) read_header_prefix();
      break;
    case Part::kHeaderLine:
      if (gather(object, line_size, taken)) read_header_line();
      break;
    case Part::kFrameMagic:
      if (gather(object, kMagicSize, taken)) read_frame_magic();
      break;
    case Part::kFrame:
      taken = unfold(object);
      break;
    case Part::kTrailer:
      if (gather(object, kTrailerSize, taken)) read_trailer();
      break;
    case Part::kEnd:
      damaged(fmt::format("bytes follow the object's trailer, which ends at byte {}", position));
  }
  return taken;
}

// Adds to `gathered` until it has `size` bytes; returns whether it has them.
bool ObjectDecoder::State::gather(ByteView object, std::size_t size, std::size_t& taken) {
  taken = std::min(size - gathered.size(), object.size());
  const ByteView more = object.first(taken);
  gathered.insert(gathered.end(), more.begin(), more.end());
  return gathered.size() == size;
}

void ObjectDecoder::State::read_header_prefix() {
  const std::size_t size = header_line_size(gathered);
  if (sha256) sha256->update(gathered);
  gathered.clear();
  line_size = size;
  part = Part::kHeaderLine;
}

void ObjectDecoder::State::read_header_line() {
  ObjectHeader decoded = decode_object_header(as_text(gathered));
  if (decoded.raw_size > largest_raw_size) {
    damaged(fmt::format("object header announces {} bytes, but only {} are allowed",
                        decoded.raw_size, largest_raw_size));
  }
  if (sha256) sha256->update(gathered);
  gathered.clear();
  using Checksum = Decompressor::Checksum;
  decompressor.emplace(decoded.raw_size, sha256 ? Checksum::kCheck : Checksum::kSkip);
  header = std::move(decoded);
  part = Part::kFrameMagic;
}

// Between frames, only the magic number shows whether the trailer follows.
void ObjectDecoder::State::read_frame_magic() {
  const auto magic = load_little_endian<std::uint32_t>(gathered, 0);
  if (magic == kTrailerFrameMagic) {
    if (frames_size == 0) damaged("object has no zstd frame between its header and its trailer");
    part = Part::kTrailer;
    return;
  }
  if (magic != kZstdFrameMagic) {
    damaged(
        fmt::format("neither a zstd frame nor the trailer follows byte {} of the object: magic "
                    "0x{:08X}",
                    position, magic));
  }
  part = Part::kFrame;
  unfold(gathered);
  gathered.clear();
}

// Consumes bytes of a frame, at most to its end.
std::size_t ObjectDecoder::State::unfold(ByteView frames) {
  const std::size_t taken = decompressor->write(frames, [this](ByteView bytes) {
    hasher.update(bytes);
    raw_size += bytes.size();
    raw(bytes);
  });
  if (sha256) sha256->update(frames.first(taken));
  frames_size += taken;
  if (frames_size > largest_frames_size(header->raw_size)) {
    damaged(fmt::format("zstd frames take more than {} bytes for {} bytes of content",
                        largest_frames_size(header->raw_size), header->raw_size));
  }
  if (decompressor->at_frame_end()) part = Part::kFrameMagic;
  return taken;
}

const Sha256Digest& ObjectDecoder::State::finish_sha256() {
  if (!finished) finished = sha256->finish();
  return *finished;
}

void ObjectDecoder::State::read_trailer() {
  const auto size = load_little_endian<std::uint32_t>(gathered, kMagicSize);
  Sha256Digest announced;
  if (size != announced.size()) {
    damaged(fmt::format("object's trailer has {} bytes, not {}", size, announced.size()));
  }
  if (sha256) {
    std::copy_n(gathered.begin() + kFramePrefixSize, announced.size(), announced.begin());
    if (finish_sha256() != announced) {
      damaged(fmt::format("object's SHA-256 is {}, but its trailer contains {}",
                          to_hex(finish_sha256()), to_hex(announced)));
    }
  }
  check_content();
  part = Part::kEnd;
}

void ObjectDecoder::State::check_content() const {
  if (raw_size != header->raw_size) {
    damaged(fmt::format("raw size is {} bytes, but the object's header contains {}", raw_size,
                        header->raw_size));
  }
  if (const Digest computed = hasher.digest(); computed != header->digest) {
    damaged(fmt::format("raw digest is {}, but the object's header contains {}",
                        to_string(computed), to_string(header->digest)));
  }
}

ObjectHeader read_object_header(ByteView beginning) {
  if (beginning.size() < kFramePrefixSize) damaged("object ends in the middle of its header");
  const std::size_t size = header_line_size(beginning.first(kFramePrefixSize));
  const ByteView rest = beginning.subspan(kFramePrefixSize);
  if (rest.size() < size) damaged("object ends in the middle of its header");
  return decode_object_header(as_text(rest.first(size)));
}

ObjectDecoder::ObjectDecoder(ByteSink raw, Checks checks, std::uint64_t largest_raw_size)
    : state_(std::make_unique<State>(std::move(raw), largest_raw_size)) {
  if (checks == Checks::kAll) state_->sha256.emplace();
}
ObjectDecoder::ObjectDecoder(ObjectDecoder&&) noexcept = default;
ObjectDecoder& ObjectDecoder::operator=(ObjectDecoder&&) noexcept = default;
ObjectDecoder::~ObjectDecoder() = default;

void ObjectDecoder::write(ByteView object) {
  while (!object.empty()) {
    const std::size_t taken = state_->take(object);
    state_->position += taken;
    object = object.subspan(taken);
  }
}

Sha256Digest ObjectDecoder::finish_frames() {
  const bool between_frames = state_->part == Part::kFrameMagic && state_->gathered.empty();
  if (!between_frames) {
    damaged(
        fmt::format("object does not end with a complete zstd frame at byte {}", state_->position));
  }
  return state_->finish_sha256();
}

const ObjectHeader* ObjectDecoder::header() const {
  return state_->header ? &*state_->header : nullptr;
}

void ObjectDecoder::finish() {
  const auto ends_in = [this](std::string_view where) {
    damaged(fmt::format("object ends {} at byte {}", where, state_->position));
  };
  switch (state_->part) {
    case Part::kHeaderPrefix:
    case Part::kHeaderLine:
      ends_in("in the middle of its header");
      break;
    case Part::kFrameMagic:
    case Part::kFrame:
      ends_in("in the middle of its zstd frames");
      break;
    case Part::kTrailer:
      ends_in("in the middle of its trailer");
      break;
    case Part::kEnd:
      break;
  }
}

}  // namespace walstow
