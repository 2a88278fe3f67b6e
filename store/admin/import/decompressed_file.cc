#include "store/admin/import/decompressed_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <utility>

#include "proto/base/error.h"

namespace walstow {
namespace {

constexpr std::size_t kKept = std::size_t{16} << 20;

}  // namespace

DecompressedFile::DecompressedFile(std::unique_ptr<File> compressed, Compression compression)
    : compressed_(std::move(compressed)), compression_(compression), kept_(kKept) {
  restart();
}

void DecompressedFile::restart() {
  compressed_read_ = 0;
  produced_ = 0;
  at_end_ = false;
  decoder_.emplace(compression_, [this](MutableByteView out) {
    const std::size_t read = compressed_->read_at(compressed_read_, out);
    compressed_read_ += read;
    return read;
  });
}

void DecompressedFile::decompress_more() {
  const std::size_t at = produced_ % kKept;
  const std::size_t size = std::min(kChunkSize, kKept - at);
  const std::size_t read = decoder_->read(kept_.first(at + size).subspan(at));
  produced_ += read;
  at_end_ = read < size;
}

std::size_t DecompressedFile::read_at(std::uint64_t offset, MutableByteView out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const std::uint64_t from = offset + filled;
    if (produced_ > kKept && from < produced_ - kKept) restart();
    if (from < produced_) {
      const std::size_t at = from % kKept;
      const std::size_t size =
          std::min({out.size() - filled, static_cast<std::size_t>(produced_ - from), kKept - at});
      std::memcpy(out.data() + filled, kept_.data() + at, size);
      filled += size;
    } else if (!at_end_) {
      decompress_more();
    } else {
      if (from >= padded_size_) break;
      const std::size_t size = static_cast<std::size_t>(
          std::min<std::uint64_t>(out.size() - filled, padded_size_ - from));
      std::memset(out.data() + filled, 0, size);
      filled += size;
    }
  }
  return filled;
}

OpenedContent open_content(std::unique_ptr<File> file) {
  std::array<std::byte, kRecognizable> beginning{};
  const std::size_t read = file->read_at(0, beginning);
  const Recognized form = recognize(ByteView(beginning).first(read));
  if (!form.unsupported.empty()) {
    throw Error(ErrorKind::kInvalid,
                fmt::format("it is compressed with {}, which is not supported", form.unsupported),
                "Decompress it with its own program, and repeat the import.");
  }
  if (form.compression == Compression::kNone) return {.content = std::move(file)};
  auto decompressed = std::make_unique<DecompressedFile>(std::move(file), form.compression);
  DecompressedFile* const pointer = decompressed.get();
  return {.content = std::move(decompressed), .decompressed = pointer};
}

}  // namespace walstow
