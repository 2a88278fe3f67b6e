#include "store/admin/log/ustar.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

// The values are those of GNU tar: tar --format=ustar --owner=0 --group=0 --mode=0600.
TEST(UstarTest, Header) {
  const std::string header = tar_header({.name = "000000010000000000000001",
                                         .size = 16777216,
                                         .modified = *parse_iso8601("2026-11-30T12:00:00Z")});
  ASSERT_EQ(header.size(), 512U);
  EXPECT_EQ(header.substr(0, 25), std::string("000000010000000000000001\0", 25));
  EXPECT_EQ(header.substr(100, 8), std::string("0000600\0", 8));
  EXPECT_EQ(header.substr(124, 12), std::string("00100000000\0", 12));
  EXPECT_EQ(header.substr(136, 12), std::string("15303262500\0", 12));
  EXPECT_EQ(header.substr(156, 1), "0");
  EXPECT_EQ(header.substr(257, 8), std::string("ustar\0"
                                               "00",
                                               8));
}

TEST(UstarTest, TheLargestSegmentFits) {
  const std::string header = tar_header({.name = "x", .size = std::uint64_t{1} << 30});
  EXPECT_EQ(header.substr(124, 12), std::string("10000000000\0", 12));
}

TEST(UstarTest, BlocksAreFilledUp) {
  EXPECT_EQ(tar_padding(0), "");
  EXPECT_EQ(tar_padding(1), std::string(511, '\0'));
  EXPECT_EQ(tar_padding(512), "");
  EXPECT_EQ(tar_padding(513), std::string(511, '\0'));
  EXPECT_EQ(tar_end(), std::string(1024, '\0'));
}

}  // namespace
}  // namespace walstow
