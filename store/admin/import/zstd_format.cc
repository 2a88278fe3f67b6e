#include <zstd.h>
#include <zstd_errors.h>

#include <new>

#include "store/admin/import/stream_format.h"

namespace walstow {
namespace {

// The largest window that `zstd -d` accepts without an option: 128 MB.
constexpr int kLargestWindow = 27;

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdFormat final : public StreamFormat {
 public:
  ZstdFormat() {
    if (!context_ || ZSTD_isError(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax,
                                                         kLargestWindow)) != 0) {
      throw std::bad_alloc();
    }
  }

  std::string_view name() const override { return "zstd"; }

  Step step(ByteView input, MutableByteView output) override {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(left) != 0) {
      if (ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation) throw std::bad_alloc();
      throw_damaged_stream(name(), ZSTD_getErrorName(left));
    }
    return {.consumed = in.pos, .produced = out.pos, .at_end = left == 0};
  }

 private:
  std::unique_ptr<ZSTD_DCtx, FreeZstd> context_{ZSTD_createDCtx()};
};

}  // namespace

std::unique_ptr<StreamFormat> make_zstd_format() {
  return std::make_unique<ZstdFormat>();
}

}  // namespace walstow
