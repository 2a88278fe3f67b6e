#include <benchmark/benchmark.h>

#include "proto/codec/digest.h"
#include "tests/bench/micro/sample_wal.h"

namespace walstow {
namespace {

constexpr std::size_t kSize = std::size_t{16} << 20U;

template <class Hash>
void digest(benchmark::State& state, void (*end)(Hash& hash)) {
  const auto raw = bench::sample_wal(bench::SampleKind::kIncompressible, kSize);
  for (const auto step : state) {
    static_cast<void>(step);
    Hash hash;
    hash.update(raw);
    end(hash);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(raw.size()));
}

void xxh3_128(benchmark::State& state) {
  digest<Hasher>(state, [](Hasher& hash) { benchmark::DoNotOptimize(hash.digest()); });
}
BENCHMARK(xxh3_128)->Unit(benchmark::kMillisecond);

void sha256(benchmark::State& state) {
  digest<Sha256>(state, [](Sha256& hash) { benchmark::DoNotOptimize(hash.finish()); });
}
BENCHMARK(sha256)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace walstow
