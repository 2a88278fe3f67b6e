#include "proto/base/bytes.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace walstow {
namespace {

TEST(BytesTest, HexIsLowerCaseAndTwoDigitsAByte) {
  EXPECT_EQ(to_hex({}), "");
  EXPECT_EQ(to_hex(as_bytes(std::string_view("\x00\x01\x7f\x80\xff", 5))), "00017f80ff");
}

TEST(BytesTest, HexIsReadBack) {
  std::array<std::byte, 5> bytes{};
  ASSERT_TRUE(from_hex("00017f80ff", bytes));
  EXPECT_EQ(as_text(bytes), std::string_view("\x00\x01\x7f\x80\xff", 5));
  EXPECT_TRUE(from_hex("", MutableByteView()));
}

TEST(BytesTest, HexThatIsNotExactlyThatIsRefused) {
  std::array<std::byte, 2> bytes{};
  for (const char* const digits : {"", "0", "000", "00000", "000000", "00FF", "00 0", "0x00",
                                   "00g0", "000/", "000:", "-100"}) {
    EXPECT_FALSE(from_hex(digits, bytes)) << digits;
  }
}

TEST(BytesTest, RandomHexHasTheSizeAskedForAndDiffers) {
  EXPECT_EQ(random_hex(0), "");
  const std::string first = random_hex(16);
  std::array<std::byte, 16> bytes{};
  EXPECT_TRUE(from_hex(first, bytes)) << first;
  EXPECT_NE(first, random_hex(16));
}

TEST(BytesTest, DecimalIsDigitsOnly) {
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("7"), 7U);
  EXPECT_EQ(parse_decimal("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  for (const char* const text : {"", "00", "01", "-1", "+1", " 1", "1 ", "1a", "0x1", "1.0",
                                 "18446744073709551616", "99999999999999999999"}) {
    EXPECT_EQ(parse_decimal(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace walstow
