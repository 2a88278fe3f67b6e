#include <benchmark/benchmark.h>

#include "proto/codec/object.h"
#include "proto/codec/stretch_compressor.h"
#include "tests/bench/micro/sample_wal.h"
#include "tests/support/encoded_object.h"

namespace walstow {
namespace {

using bench::sample_wal;
using bench::SampleKind;

constexpr std::size_t kSize = std::size_t{16} << 20U;

ObjectHeader header_of(ByteView raw) {
  Hasher hasher;
  hasher.update(raw);
  return {.name = "000000010000000000000001",
          .raw_size = raw.size(),
          .digest = hasher.digest(),
          .system_identifier = 1,
          .segment_size = kSize,
          .client = "bench",
          .time = {}};
}

// As files and connections give them.
void in_chunks(ByteView bytes, const ByteSink& sink) {
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), kChunkSize)))
    sink(bytes.first(std::min(bytes.size(), kChunkSize)));
}

std::vector<std::byte> encode(ByteView raw) {
  std::vector<std::byte> object;
  encode_object(
      header_of(raw), ObjectEncoder::Input::kRaw, kDefaultCompressionLevel,
      [&](ByteView bytes) { object.insert(object.end(), bytes.begin(), bytes.end()); },
      [&](ObjectEncoder& encoder) {
        in_chunks(raw, [&](ByteView chunk) { encoder.write(chunk); });
      });
  return object;
}

void count_bytes(benchmark::State& state, std::size_t each) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(each));
}

void compress_file(benchmark::State& state, SampleKind kind) {
  const auto raw = sample_wal(kind, kSize);
  std::size_t encoded = 0;
  for (const auto step : state) {
    static_cast<void>(step);
    encoded = 0;
    const ByteSink sink = [&encoded](ByteView bytes) { encoded += bytes.size(); };
    FileCompressor compressor(kDefaultCompressionLevel, raw.size());
    in_chunks(raw, [&](ByteView chunk) { compressor.write(chunk, sink); });
    compressor.finish(sink);
  }
  count_bytes(state, raw.size());
  state.counters["of raw"] = static_cast<double>(encoded) / static_cast<double>(raw.size());
}
BENCHMARK_CAPTURE(compress_file, compressible, SampleKind::kCompressible)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compress_file, incompressible, SampleKind::kIncompressible)
    ->Unit(benchmark::kMillisecond);

void encode_object(benchmark::State& state) {
  const auto raw = sample_wal(SampleKind::kCompressible, kSize);
  for (const auto step : state) {
    static_cast<void>(step);
    benchmark::DoNotOptimize(encode(raw));
  }
  count_bytes(state, raw.size());
}
BENCHMARK(encode_object)->Unit(benchmark::kMillisecond);

void decode_object(benchmark::State& state, ObjectDecoder::Checks trailer) {
  const auto raw = sample_wal(SampleKind::kCompressible, kSize);
  const auto object = encode(raw);
  for (const auto step : state) {
    static_cast<void>(step);
    ObjectDecoder decoder([](ByteView) {}, trailer, kLargestFile);
    in_chunks(object, [&](ByteView chunk) { decoder.write(chunk); });
    decoder.finish();
  }
  count_bytes(state, raw.size());
}
BENCHMARK_CAPTURE(decode_object, at_the_store, ObjectDecoder::Checks::kAll)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_object, at_a_client, ObjectDecoder::Checks::kContent)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace walstow
