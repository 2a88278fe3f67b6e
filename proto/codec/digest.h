// Streaming digests: XXH3-128 of raw files (end-to-end protection against damage), SHA-256 of
// stored bytes. xxHash computes the first, OpenSSL the second.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"

namespace walstow {

// XXH3-128, in canonical (big-endian) byte order: 32 lower-case hex digits, as `xxhsum -H2` prints.
struct Digest {
  std::array<std::byte, 16> bytes{};
  friend bool operator==(const Digest&, const Digest&) = default;
};

std::string to_string(const Digest& digest);
std::optional<Digest> parse_digest(std::string_view hex);

class Hasher {
 public:
  Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();
  void update(ByteView bytes);
  Digest digest() const;  // of all bytes so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

using Sha256Digest = std::array<std::byte, 32>;

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void update(ByteView bytes);
  Sha256Digest finish();  // call it once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walstow
