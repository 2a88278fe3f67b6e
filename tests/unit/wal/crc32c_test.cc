#include "proto/wal/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace walstow {
namespace {

std::uint32_t crc_of(std::string_view text, std::size_t piece) {
  Crc32c crc;
  for (std::size_t at = 0; at < text.size(); at += piece)
    crc.add(as_bytes(text.substr(at, piece)));
  return crc.value();
}

// RFC 3720, B.4, and the check value of every catalogue of CRCs.
TEST(Crc32cTest, AgreesWithThePublishedVectors) {
  std::string ascending;
  for (int i = 0; i < 32; ++i)
    ascending += static_cast<char>(i);
  struct {
    std::string text;
    std::uint32_t crc;
  } const cases[] = {
      {"", 0},
      {"123456789", 0xE3069283},
      {std::string(32, '\0'), 0x8A9136AA},
      {std::string(32, '\xff'), 0x62A8AB43},
      {ascending, 0x46DD794E},
  };
  for (const auto& test : cases) {
    for (const std::size_t piece : {1U, 3U, 8U, 11U, 100U})
      EXPECT_EQ(crc_of(test.text, piece), test.crc) << test.text.size() << " by " << piece;
  }
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 70000; ++i)
    text += static_cast<char>(i * 7 + i / 256);
  return text;
}

// Long parts are computed in stripes, parts of seven bytes one byte after the other.
TEST(Crc32cTest, StripesMakeNoDifference) {
  const std::string text = long_text();
  const std::uint32_t expected = crc_of(text, 7);
  for (const std::size_t piece : {1535U, 1536U, 1537U, 1543U, 3072U, 8168U, 70000U})
    EXPECT_EQ(crc_of(text, piece), expected) << piece;
}

TEST(Crc32cTest, TwoMakeTheOneOfBoth) {
  const std::string text = long_text();
  for (const std::size_t first : {0U, 1U, 20U, 4096U, 69999U, 70000U}) {
    const std::string one = text.substr(0, first);
    const std::string other = text.substr(first);
    EXPECT_EQ(crc32c_of_both(crc_of(one, 4096), crc_of(other, 4096), other.size()),
              crc_of(text, 4096))
        << first;
  }
}

TEST(Crc32cTest, GoesOnBehindAChecksum) {
  const std::string text = "Seen from behind, it is the same.";
  for (const std::size_t first : {0U, 1U, 8U, 20U}) {
    Crc32c crc(crc_of(text.substr(0, first), 4096));
    crc.add(as_bytes(std::string_view(text).substr(first)));
    EXPECT_EQ(crc.value(), crc_of(text, 4096)) << first;
  }
}

}  // namespace
}  // namespace walstow
