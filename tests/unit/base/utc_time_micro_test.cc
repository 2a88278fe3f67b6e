#include "proto/base/utc_time_micro.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

using std::chrono::microseconds;

TEST(UtcTimeMicroTest, TextHasSixDigitsOfASecond) {
  const TimeMicro time{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};
  EXPECT_EQ(to_iso8601(time), "2026-11-22T00:00:00.000000Z");
  EXPECT_EQ(to_iso8601(time + microseconds(1)), "2026-11-22T00:00:00.000001Z");
  EXPECT_EQ(to_iso8601(time - microseconds(1)), "2026-11-21T23:59:59.999999Z");
  EXPECT_EQ(to_iso8601(TimeMicro{}), "1970-01-01T00:00:00.000000Z");
}

TEST(UtcTimeMicroTest, TextIsReadAsItIsWritten) {
  for (const char* const text : {"1970-01-01T00:00:00.000000Z", "2026-11-22T19:40:00.012345Z",
                                 "2261-12-31T23:59:59.999999Z"}) {
    const auto time = parse_iso8601_micro(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(to_iso8601(*time), text);
  }
}

TEST(UtcTimeMicroTest, OtherTextIsNoTime) {
  for (const char* const text :
       {"", "2026-11-22T19:40:00Z", "2026-11-22T19:40:00.12345Z", "2026-11-22T19:40:00.1234567Z",
        "2026-11-22T19:40:00.-12345Z", "2026-11-22T19:40:00,123456Z", "2026-11-22T19:40:00.123456+",
        "2026-13-22T19:40:00.123456Z", "2262-01-01T00:00:00.000000Z"}) {
    EXPECT_FALSE(parse_iso8601_micro(text)) << text;
  }
}

}  // namespace
}  // namespace walstow
