#include "proto/base/utc_time.h"

#include <gtest/gtest.h>

#include <utility>

namespace walstow {
namespace {

using std::chrono::seconds;

TEST(UtcTimeTest, IsWrittenInSecondsAndReadBack) {
  const std::pair<long, const char*> table[] = {
      {0, "1970-01-01T00:00:00Z"},          {951782399, "2000-02-28T23:59:59Z"},
      {951782400, "2000-02-29T00:00:00Z"},  {1795376400, "2026-11-22T19:40:00Z"},
      {4107542400, "2100-03-01T00:00:00Z"}, {9214646399, "2261-12-31T23:59:59Z"},
  };
  for (const auto& [count, text] : table) {
    EXPECT_EQ(to_iso8601(Time(seconds(count))), text);
    EXPECT_EQ(parse_iso8601(text), Time(seconds(count))) << text;
  }
  EXPECT_EQ(to_iso8601(Time(std::chrono::milliseconds(1999))), "1970-01-01T00:00:01Z");
  EXPECT_EQ(to_iso8601(Time(std::chrono::milliseconds(-1))), "1969-12-31T23:59:59Z");
}

TEST(UtcTimeTest, AnyTwoHaveADifference) {
  const Time first = *parse_iso8601("1970-01-01T00:00:00Z");
  const Time last = *parse_iso8601("2261-12-31T23:59:59Z");
  EXPECT_GT(last - first, std::chrono::years(291));
  EXPECT_LT(first - last, -std::chrono::years(291));
}

TEST(UtcTimeTest, OtherFormsAreRefused) {
  for (const char* text : {
           "",
           "2026-11-22",
           "2026-11-22T19:40:00",
           "2026-11-22T19:40:00z",
           "2026-11-22 19:40:00Z",
           "2026-11-22T19:40:00+01:00",
           "2026-11-22T19:40:00.5Z",
           "2026-13-22T19:40:00Z",
           "2026-00-22T19:40:00Z",
           "2026-02-29T19:40:00Z",
           "2026-11-31T19:40:00Z",
           "2026-11-22T24:00:00Z",
           "2026-11-22T19:60:00Z",
           "2026-11-22T19:40:60Z",
           "1969-12-31T23:59:59Z",
           "2262-01-01T00:00:00Z",
           "+026-11-22T19:40:00Z",
           "2026-1a-22T19:40:00Z",
       }) {
    EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace walstow
