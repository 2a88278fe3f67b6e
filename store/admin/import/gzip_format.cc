#include <algorithm>
#include <limits>
#include <new>
#include <zlib.h>

#include "store/admin/import/stream_format.h"

namespace walstow {
namespace {

constexpr int kOnlyGzip = 16 + MAX_WBITS;  // inflateInit2(): with gzip's header and checksum

class GzipFormat final : public StreamFormat {
 public:
  GzipFormat() {
    if (inflateInit2(&stream_, kOnlyGzip) != Z_OK) throw std::bad_alloc();
  }
  GzipFormat(const GzipFormat&) = delete;
  GzipFormat& operator=(const GzipFormat&) = delete;
  ~GzipFormat() override { inflateEnd(&stream_); }

  std::string_view name() const override { return "gzip"; }

  Step step(ByteView input, MutableByteView output) override {
    if (at_end_) {
      // Zeros may fill the last block of a tape, as gzip(1) accepts it. No member begins with one.
      const auto member =
          std::ranges::find_if(input, [](std::byte one) { return one != std::byte{0}; });
      if (member != input.begin())
        return {.consumed = static_cast<std::size_t>(member - input.begin()), .at_end = true};
      if (input.empty()) return {.at_end = true};
      inflateReset(&stream_);
    }
    // zlib does not write to its input, whatever the type of the pointer is.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(input.data()));
    stream_.avail_in = bounded(input.size());
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    stream_.avail_out = bounded(output.size());
    const Step before{.consumed = stream_.avail_in, .produced = stream_.avail_out};
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    // Z_BUF_ERROR: it needs more input.
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      throw_damaged_stream(name(), stream_.msg != nullptr ? stream_.msg : "unknown error");
    }
    at_end_ = result == Z_STREAM_END;
    return {.consumed = before.consumed - stream_.avail_in,
            .produced = before.produced - stream_.avail_out,
            .at_end = at_end_};
  }

 private:
  static uInt bounded(std::size_t size) {
    return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
  }

  z_stream stream_{};
  bool at_end_ = false;  // of a member
};

}  // namespace

std::unique_ptr<StreamFormat> make_gzip_format() {
  return std::make_unique<GzipFormat>();
}

}  // namespace walstow
