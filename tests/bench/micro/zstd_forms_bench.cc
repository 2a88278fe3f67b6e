// The ways to drive zstd that were tried for WAL: the figures of docs/performance.md.
//
// With WALSTOW_BENCH_WAL set, it measures that file, a segment of a real server; otherwise a made
// one. micro_bench --benchmark_filter=zstd runs these alone. The counter `stored` is in bytes.
#include <benchmark/benchmark.h>

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <memory>

#include "tests/bench/micro/sample_wal.h"

namespace walstow {
namespace {

constexpr std::size_t kSize = std::size_t{16} << 20U;
constexpr std::size_t kKilobyte = 1024;
constexpr std::size_t kFrame = 4096 * kKilobyte;
constexpr std::size_t kChunk = 256 * kKilobyte;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
using Context = std::unique_ptr<ZSTD_CCtx, FreeContext>;

// 0: zstd's own value.
struct Form {
  int level = 1;
  int hash_log = 0;
  int min_match = 0;
  bool checksum = true;
  std::size_t block = kChunk;  // bytes in a frame
};

const std::vector<std::byte>& wal() {
  static const auto content =
      bench::given_wal().value_or(bench::sample_wal(bench::SampleKind::kCompressible, kSize));
  return content;
}

Context context_for(const Form& form) {
  Context context(ZSTD_createCCtx());
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, form.level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_hashLog, form.hash_log);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_minMatch, form.min_match);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, form.checksum ? 1 : 0);
  return context;
}

// One call for each frame, over contiguous bytes.
void zstd_call(benchmark::State& state, Form form) {
  const auto& raw = wal();
  const Context context = context_for(form);
  std::vector<std::byte> frame(ZSTD_compressBound(form.block));
  std::size_t stored = 0;
  for (const auto step : state) {
    static_cast<void>(step);
    stored = 0;
    for (ByteView rest(raw); !rest.empty(); rest = rest.subspan(std::min(form.block, rest.size())))
      stored += ZSTD_compress2(context.get(), frame.data(), frame.size(), rest.data(),
                               std::min(form.block, rest.size()));
  }
  state.counters["stored"] = static_cast<double>(stored);
}

// In chunks, through zstd's own window.
void zstd_stream(benchmark::State& state) {
  const auto& raw = wal();
  const Context context = context_for({});
  std::vector<std::byte> out(ZSTD_CStreamOutSize());
  std::size_t stored = 0;
  for (const auto step : state) {
    static_cast<void>(step);
    stored = 0;
    for (std::size_t at = 0; at < raw.size(); at += kChunk) {
      ZSTD_inBuffer input{raw.data() + at, std::min(kChunk, raw.size() - at), 0};
      const bool ends = (at + input.size) % kFrame == 0 || at + input.size == raw.size();
      const ZSTD_EndDirective directive = ends ? ZSTD_e_end : ZSTD_e_continue;
      std::size_t left = 0;
      do {
        ZSTD_outBuffer output{out.data(), out.size(), 0};
        left = ZSTD_compressStream2(context.get(), &output, &input, directive);
        stored += output.pos;
      } while (ends ? left != 0 : input.pos != input.size);
    }
  }
  state.counters["stored"] = static_cast<double>(stored);
}
BENCHMARK(zstd_stream)->Unit(benchmark::kMillisecond);

#define WALSTOW_FORM(name, ...) \
  BENCHMARK_CAPTURE(zstd_call, name, Form{__VA_ARGS__})->Unit(benchmark::kMillisecond)
WALSTOW_FORM(own_values_4_mib, .block = kFrame);
WALSTOW_FORM(own_values, );
WALSTOW_FORM(chosen_1_mib, .hash_log = 12, .min_match = 5, .block = 1024 * kKilobyte);
WALSTOW_FORM(chosen, .hash_log = 12, .min_match = 5);
WALSTOW_FORM(chosen_without_checksum, .hash_log = 12, .min_match = 5, .checksum = false);
WALSTOW_FORM(matches_of_6, .hash_log = 12, .min_match = 6);
WALSTOW_FORM(level_minus_1, .level = -1);
WALSTOW_FORM(level_2, .level = 2);
#undef WALSTOW_FORM

}  // namespace
}  // namespace walstow
