// LZ4F_getErrorCode() requires the static library, which the build links.
#define LZ4F_STATIC_LINKING_ONLY
#include <lz4frame.h>
#include <new>

#include "store/admin/import/stream_format.h"

namespace walstow {
namespace {

struct FreeLz4 {
  void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};

class Lz4Format final : public StreamFormat {
 public:
  Lz4Format() {
    LZ4F_dctx* context = nullptr;
    const auto result = LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
    context_.reset(context);
    if (LZ4F_isError(result) != 0) throw std::bad_alloc();
  }

  std::string_view name() const override { return "lz4"; }

  Step step(ByteView input, MutableByteView output) override {
    std::size_t consumed = input.size();
    std::size_t produced = output.size();
    const std::size_t wanted =
        LZ4F_decompress(context_.get(), output.data(), &produced, input.data(), &consumed, nullptr);
    if (LZ4F_isError(wanted) != 0) {
      if (LZ4F_getErrorCode(wanted) == LZ4F_ERROR_allocation_failed) throw std::bad_alloc();
      throw_damaged_stream(name(), LZ4F_getErrorName(wanted));
    }
    return {.consumed = consumed, .produced = produced, .at_end = wanted == 0};
  }

 private:
  std::unique_ptr<LZ4F_dctx, FreeLz4> context_;
};

}  // namespace

std::unique_ptr<StreamFormat> make_lz4_format() {
  return std::make_unique<Lz4Format>();
}

}  // namespace walstow
