// Bytes that behave like WAL under a compressor, made the same in each run: pages of records whose
// heads repeat and whose rest counts up or is random.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/little_endian.h"

namespace walstow::bench {

enum class SampleKind {
  kCompressible,    // a fifth is left at level 1, as of pgbench
  kIncompressible,  // random, as encrypted columns
};

inline std::vector<std::byte> sample_wal(SampleKind kind, std::size_t size) {
  constexpr std::size_t kRecord = 96;
  std::vector<std::byte> bytes(size);
  std::mt19937_64 random(1);
  std::uint32_t number = 0;
  for (std::size_t at = 0; at + 4 <= size; at += 4) {
    const std::size_t inside = at % kRecord;
    std::uint32_t word = static_cast<std::uint32_t>(inside) * 0x01010101U;
    if (inside == 0) word = ++number;
    if (inside == 8 || kind == SampleKind::kIncompressible) {
      word = static_cast<std::uint32_t>(random());
    }
    store_little_endian(word, bytes, at);
  }
  return bytes;
}

// The file that WALSTOW_BENCH_WAL names: a segment of a real server.
inline std::optional<std::vector<std::byte>> given_wal() {
  const char* const path = std::getenv("WALSTOW_BENCH_WAL");
  if (path == nullptr) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const ByteView bytes = as_bytes(text);
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

}  // namespace walstow::bench
