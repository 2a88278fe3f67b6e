#include "proto/codec/object_scrub.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/little_endian.h"

namespace walstow {
namespace {

constexpr std::size_t kScrubbedTrailer = kFramePrefixSize + std::tuple_size_v<Sha256Digest>;
constexpr std::size_t kSizeOffset = 4;  // in a frame's prefix, after the magic number

[[noreturn]] void damaged_object(const std::string& what) {
  throw Error(ErrorKind::kDamaged, what);
}

}  // namespace

ObjectScrub::ObjectScrub(std::uint64_t size) {
  if (size < kFramePrefixSize + kScrubbedTrailer) {
    damaged_object(fmt::format("object has {} bytes, too few for a header and a trailer", size));
  }
  hashed_size_ = size - kScrubbedTrailer;
}

void ObjectScrub::write(ByteView object) {
  const ByteView header =
      object.first(std::min<std::uint64_t>(object.size(), kLargestHeaderFrame - beginning_.size()));
  beginning_.insert(beginning_.end(), header.begin(), header.end());
  const std::uint64_t left = hashed_size_ - std::min(position_, hashed_size_);
  const ByteView hashed = object.first(std::min<std::uint64_t>(object.size(), left));
  sha256_.update(hashed);
  position_ += object.size();
  const ByteView rest = object.subspan(hashed.size());
  if (trailer_.size() + rest.size() > kScrubbedTrailer) {
    damaged_object(
        fmt::format("object has more than the expected {} bytes", hashed_size_ + kScrubbedTrailer));
  }
  trailer_.insert(trailer_.end(), rest.begin(), rest.end());
}

ObjectHeader ObjectScrub::finish() {
  if (trailer_.size() < kScrubbedTrailer) {
    damaged_object(fmt::format("object ends at byte {}, but should have {} bytes", position_,
                               hashed_size_ + kScrubbedTrailer));
  }
  ObjectHeader header = read_object_header(beginning_);
  const auto magic = load_little_endian<std::uint32_t>(trailer_, 0);
  const auto size = load_little_endian<std::uint32_t>(trailer_, kSizeOffset);
  Sha256Digest announced{};
  if (magic != kTrailerFrameMagic || size != announced.size()) {
    damaged_object(
        fmt::format("object does not end with a trailer: magic 0x{:08X}, {} bytes", magic, size));
  }
  std::copy_n(trailer_.begin() + kFramePrefixSize, announced.size(), announced.begin());
  const Sha256Digest computed = sha256_.finish();
  if (computed != announced) {
    damaged_object(fmt::format("object's SHA-256 is {}, but its trailer contains {}",
                               to_hex(computed), to_hex(announced)));
  }
  return header;
}

}  // namespace walstow
