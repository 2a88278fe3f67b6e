#include "proto/codec/digest.h"

#include <gtest/gtest.h>

#include <random>
#include <span>
#include <vector>
#include <xxhash.h>

namespace walstow {
namespace {

Digest digest_of(std::string_view text) {
  Hasher hasher;
  hasher.update(as_bytes(text));
  return hasher.digest();
}

std::string sha256_of(std::string_view text) {
  Sha256 sha256;
  sha256.update(as_bytes(text));
  return to_hex(sha256.finish());
}

// Expected values: `xxhsum -H2` 0.8.1.
TEST(DigestTest, IsWhatXxhsumPrints) {
  EXPECT_EQ(to_string(digest_of("")), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(to_string(digest_of("walstow\n")), "389386c6d81e57c555324d48195ea582");
  EXPECT_EQ(to_string(digest_of(std::string(1000000, 'w'))), "16c1dae3d65072d69632558c3d36aab4");
}

TEST(DigestTest, DoesNotDependOnHowTheBytesAreSplit) {
  const std::string text(10000, 'w');
  Hasher hasher;
  for (std::size_t at = 0, size = 0; at < text.size(); at += size) {
    size = std::min<std::size_t>(at % 700 + 1, text.size() - at);
    hasher.update(as_bytes(text).subspan(at, size));
  }
  EXPECT_EQ(hasher.digest(), digest_of(text));
}

// Whichever instructions this processor has, against xxHash's own in one call.
TEST(DigestTest, IsTheSameWithAnyInstructions) {
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same bytes each time
  std::vector<std::byte> bytes(100'001);
  for (std::byte& byte : bytes)
    byte = static_cast<std::byte>(random());
  for (const std::size_t size :
       std::initializer_list<std::size_t>{0, 1, 16, 240, 241, 256, 257, 1024, 1025, 100'000}) {
    const ByteView content = ByteView(bytes).subspan(1, size);  // at an odd address
    const XXH128_hash_t expected = XXH3_128bits(content.data(), content.size());
    for (const std::size_t piece :
         {std::size_t{1}, std::size_t{255}, std::size_t{4097}, size + 1}) {
      Hasher hasher;
      for (std::size_t at = 0; at < size; at += piece)
        hasher.update(content.subspan(at, std::min(piece, size - at)));
      XXH128_canonical_t canonical;
      XXH128_canonicalFromHash(&canonical, expected);
      EXPECT_EQ(to_string(hasher.digest()), to_hex(std::as_bytes(std::span(canonical.digest))))
          << size << " in pieces of " << piece;
    }
  }
}

TEST(DigestTest, IsOfEverythingSoFar) {
  Hasher hasher;
  hasher.update(as_bytes("wal"));
  EXPECT_EQ(hasher.digest(), digest_of("wal"));
  hasher.update(as_bytes("stow"));
  EXPECT_EQ(hasher.digest(), digest_of("walstow"));
}

TEST(DigestTest, ParsesWhatItPrints) {
  const Digest digest = digest_of("walstow");
  EXPECT_EQ(parse_digest(to_string(digest)), digest);
  for (const char* text :
       {"", "99aa06d3014798d86001c324468d497", "99aa06d3014798d86001c324468d497ff",
        "99AA06D3014798D86001C324468D497F", "99aa06d3014798d86001c324468d497g"}) {
    EXPECT_EQ(parse_digest(text), std::nullopt) << text;
  }
}

// Expected values: FIPS 180-4 examples.
TEST(Sha256Test, IsWhatSha256sumPrints) {
  EXPECT_EQ(sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256Test, DoesNotDependOnHowTheBytesAreSplit) {
  Sha256 sha256;
  sha256.update(as_bytes("a"));
  sha256.update({});
  sha256.update(as_bytes("bc"));
  EXPECT_EQ(to_hex(sha256.finish()), sha256_of("abc"));
}

}  // namespace
}  // namespace walstow
