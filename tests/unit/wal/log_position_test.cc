#include "proto/wal/log_position.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

TEST(LogPositionTest, IsAFileOrAnLsn) {
  const SegmentSize size = *SegmentSize::from_bytes(16U << 20);
  const auto segment = LogPosition::parse("00000002000000010000000A");
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->timeline(), Timeline{2});
  EXPECT_EQ(segment->segment(size), SegmentNumber{256 + 10});
  EXPECT_EQ(segment->segment(*SegmentSize::from_bytes(1U << 30)), std::nullopt);
  const auto lsn = LogPosition::parse("1/A000028");
  ASSERT_TRUE(lsn);
  EXPECT_EQ(lsn->timeline(), std::nullopt);
  EXPECT_EQ(lsn->segment(size), SegmentNumber{256 + 10});
  EXPECT_EQ(lsn->text(), "1/A000028");
  EXPECT_TRUE(LogPosition::parse("000000010000000000000008.00000028.backup"));
  for (const char* const bad : {"", "00000002.history", "1", "x/1", "../x"})
    EXPECT_FALSE(LogPosition::parse(bad)) << bad;
}

}  // namespace
}  // namespace walstow
