// Unsigned integers in little-endian order (as little-endian servers and zstd write them), on any
// host.
#pragma once

#include <concepts>
#include <cstddef>

#include "proto/base/bytes.h"

namespace walstow {

// Reads from `bytes`, beginning at bytes[offset]. The caller ensures that sizeof(T) bytes are
// there.
template <std::unsigned_integral T>
constexpr T load_little_endian(ByteView bytes, std::size_t offset) {
  T value = 0;
  for (std::size_t i = sizeof(T); i > 0; --i) {
    value = static_cast<T>((value << 8) | std::to_integer<T>(bytes[offset + i - 1]));
  }
  return value;
}

// Writes into `out`, beginning at out[offset]. The caller ensures that sizeof(T) bytes fit there.
template <std::unsigned_integral T>
constexpr void store_little_endian(T value, MutableByteView out, std::size_t offset) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out[offset + i] = static_cast<std::byte>(static_cast<unsigned char>(value >> (8 * i)));
  }
}

}  // namespace walstow
