// The walk over the records of a segment, which a put and a deep verification do. It finds the end
// of the log and the times.
//
// With WALSTOW_BENCH_WAL set, it measures that file, a segment of a real server; otherwise a made
// one of 1 MB. micro_bench --benchmark_filter=segment_walk runs it alone. Under callgrind, add
// --benchmark_min_time=0, which does it once.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "proto/wal/segment_end.h"
#include "tests/bench/micro/sample_wal.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

std::vector<std::byte> made_wal() {
  samples::WalWriter writer("000000010000000000000007");
  while (writer.end() + 2000 < samples::WalWriter::kSize)
    writer.records(4, 120).commit(1);
  const ByteView bytes = as_bytes(writer.fill().content());
  return {bytes.begin(), bytes.end()};
}

void segment_walk(benchmark::State& state) {
  const auto given = bench::given_wal();
  const std::vector<std::byte> segment = given ? *given : made_wal();
  for (const auto step : state) {
    static_cast<void>(step);
    SegmentEndFinder finder;
    for (ByteView rest(segment); !rest.empty();) {
      const ByteView chunk = rest.first(std::min(kChunkSize, rest.size()));
      finder.add(chunk);
      rest = rest.subspan(chunk.size());
    }
    benchmark::DoNotOptimize(finder.end());
    benchmark::DoNotOptimize(finder.edges());
    benchmark::DoNotOptimize(finder.times());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(segment.size()));
}
BENCHMARK(segment_walk)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace walstow
