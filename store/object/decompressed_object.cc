#include "store/object/decompressed_object.h"

#include <algorithm>

namespace walstow {
namespace {

// A few bytes of zstd can decompress to 128 KiB (a run-length block), so small chunks bound the
// output of one step.
constexpr std::size_t kPieceToUnfold = 512;

}  // namespace

DecompressedObject::DecompressedObject(ObjectSource& source)
    : source_(source),
      piece_(kPieceToUnfold),
      decoder_([this](ByteView raw) { pending_ += as_text(raw); }, ObjectDecoder::Checks::kAll,
               kLargestFile) {}

std::size_t DecompressedObject::read(MutableByteView out) {
  while (!ended_ && pending_.size() - taken_ <= out.size()) {
    pending_.erase(0, taken_);
    taken_ = 0;
    const std::size_t size = source_.read(piece_);
    if (size == 0) {
      decoder_.finish();
      ended_ = true;
    } else {
      decoder_.write(ByteView(piece_).first(size));
    }
  }
  const ByteView ready = as_bytes(pending_).subspan(taken_);
  const std::size_t size = std::min(ready.size(), out.size());
  std::copy_n(ready.begin(), size, out.begin());
  taken_ += size;
  return size;
}

}  // namespace walstow
