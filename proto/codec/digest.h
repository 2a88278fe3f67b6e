// Streaming digests: XXH3-128 for raw files (end-to-end protection against damage), SHA-256 for
// stored bytes, and SHA-1 for files in the archives of other programs. xxHash computes XXH3-128,
// and OpenSSL computes the other two.
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
  Digest digest() const;  // the digest of all bytes added so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A digest of `kSize` bytes, which OpenSSL computes.
template <std::size_t kSize>
class OpensslDigest {
 public:
  using Result = std::array<std::byte, kSize>;

  OpensslDigest();
  OpensslDigest(OpensslDigest&&) noexcept;
  OpensslDigest& operator=(OpensslDigest&&) noexcept;
  ~OpensslDigest();
  void update(ByteView bytes);
  Result finish();  // call it once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

using Sha256 = OpensslDigest<32>;
using Sha256Digest = Sha256::Result;
// SHA-1 protects against damage only: somebody can construct two files with the same SHA-1.
using Sha1 = OpensslDigest<20>;

extern template class OpensslDigest<32>;
extern template class OpensslDigest<20>;

}  // namespace walstow
