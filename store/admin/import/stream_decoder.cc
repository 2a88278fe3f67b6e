#include "store/admin/import/stream_decoder.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "proto/base/error.h"

namespace walstow {
namespace {

struct Magic {
  std::string_view bytes;
  Recognized form;
};

using namespace std::string_view_literals;

constexpr std::array kMagics = {
    Magic{"\x1F\x8B"sv, {Compression::kGzip, {}}},
    Magic{"\x28\xB5\x2F\xFD"sv, {Compression::kZstd, {}}},
    Magic{"\x04\x22\x4D\x18"sv, {Compression::kLz4, {}}},
    Magic{"BZh"sv, {Compression::kNone, "bzip2"}},
    Magic{"\xFD"
          "7zXZ\0"sv,
          {Compression::kNone, "xz"}},
    Magic{"\x02\x21\x4C\x18"sv, {Compression::kNone, "the legacy format of lz4"}},
    Magic{"\x89LZO\0"sv, {Compression::kNone, "lzop"}},
};

// A skippable frame, with which a file of zstd frames may begin: 0x184D2A50 to 0x184D2A5F.
bool is_skippable_frame(std::string_view text) {
  return text.size() >= 4 && (static_cast<unsigned char>(text[0]) & 0xF0U) == 0x50U &&
         text.substr(1, 3) == "\x2A\x4D\x18"sv;
}

std::unique_ptr<StreamFormat> make_format(Compression compression) {
  if (compression == Compression::kGzip) return make_gzip_format();
  if (compression == Compression::kLz4) return make_lz4_format();
  return make_zstd_format();
}

}  // namespace

Recognized recognize(ByteView beginning) {
  const std::string_view text = as_text(beginning);
  const auto* const found = std::ranges::find_if(
      kMagics, [text](const Magic& magic) { return text.starts_with(magic.bytes); });
  if (found != kMagics.end()) return found->form;
  return {.compression = is_skippable_frame(text) ? Compression::kZstd : Compression::kNone,
          .unsupported = {}};
}

void throw_damaged_stream(std::string_view format, std::string_view problem) {
  throw Error(ErrorKind::kDamaged, fmt::format("its {} data is damaged: {}", format, problem));
}

StreamDecoder::StreamDecoder(Compression compression, ByteSource source)
    : format_(make_format(compression)), source_(std::move(source)) {}

// False: the compressed file has ended.
bool StreamDecoder::refill() {
  const std::size_t size = source_(buffer_.first(buffer_.size()));
  input_ = std::as_const(buffer_).first(size);
  return size > 0;
}

std::size_t StreamDecoder::read(MutableByteView out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const StreamFormat::Step step = format_->step(input_, out.subspan(filled));
    input_ = input_.subspan(step.consumed);
    filled += step.produced;
    if (step.consumed > 0 || step.produced > 0) {
      at_end_ = step.at_end;
      continue;
    }
    if (!input_.empty()) throw_damaged_stream(format_->name(), "it cannot be decompressed");
    if (refill()) continue;
    if (at_end_) return filled;
    throw_damaged_stream(format_->name(), "it ends early");
  }
  return filled;
}

}  // namespace walstow
