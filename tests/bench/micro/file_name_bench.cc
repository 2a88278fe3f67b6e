#include <benchmark/benchmark.h>

#include "proto/wal/file_name.h"

namespace walstow {
namespace {

void parse_name(benchmark::State& state, const char* text) {
  for (const auto step : state) {
    static_cast<void>(step);
    benchmark::DoNotOptimize(WalFileName::parse(text));
  }
}
BENCHMARK_CAPTURE(parse_name, segment, "000000010000000A000000FF");
BENCHMARK_CAPTURE(parse_name, history, "0000000A.history");
BENCHMARK_CAPTURE(parse_name, backup, "000000010000000A000000FF.00000028.backup");
BENCHMARK_CAPTURE(parse_name, refused, "000000010000000A000000fg");

}  // namespace
}  // namespace walstow
