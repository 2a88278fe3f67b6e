#include "store/recovery/target_text.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

using namespace std::chrono_literals;

const TimeMicro kMoment = *parse_iso8601_micro("2026-11-22T19:40:00.000000Z");

TEST(TargetTextTest, ParsesTimesAsPostgresPrintsThem) {
  for (const char* const text :
       {"2026-11-22 19:40:00+00", "2026-11-22 19:40:00 UTC", "2026-11-22T19:40:00Z",
        "2026-11-22 19:40 gmt", "2026-11-22 20:40:00+01", "2026-11-23 01:10:00+05:30",
        "2026-11-22 15:10:00-0430", "2026-11-22 19:59:32+00:19:32", "2026-11-22 19:40:00.0 +00"}) {
    const TypedTime typed = parse_typed_time(text);
    EXPECT_EQ(typed.problem, "") << text;
    EXPECT_EQ(typed.time, kMoment) << text;
  }
  EXPECT_EQ(parse_typed_time("2026-11-22 19:40:00.25+00").time, kMoment + 250ms);
  EXPECT_EQ(parse_typed_time("2026-11-22 19:40:00.000001+00").time, kMoment + 1us);
}

TEST(TargetTextTest, NamesTheProblemOfATime) {
  for (const char* const text : {"2026-11-22 19:40:00", "2026-11-22T19:40", "2026-11-22 19:40 "})
    EXPECT_EQ(parse_typed_time(text).problem, "has no time zone") << text;
  for (const char* const text : {"2026-11-22 19:40:00 CET", "2026-11-22 19:40:00+1",
                                 "2026-11-22 19:40:00+16", "2026-11-22 19:40:00+01:60",
                                 "2026-11-22 19:40:00 Europe/Berlin", "2026-11-22 19:40:00+01:00x"})
    EXPECT_EQ(parse_typed_time(text).problem, "has a time zone that is not an offset from UTC")
        << text;
  for (const char* const text :
       {"2026-11-31 19:40:00+00", "2026-13-22 19:40:00+00", "2026-11-22 24:00:00+00",
        "2026-11-22 19:60:00+00", "2026-11-22 19:40:60+00", "2026-11-22 19:40:00.+00",
        "2026-11-22 19:40:00.1234567+00", "2026-11-22 19:4:00+00"})
    EXPECT_EQ(parse_typed_time(text).problem, "is not a time") << text;
  EXPECT_EQ(parse_typed_time("1969-12-31 23:59:59+00").problem,
            "is not in the years from 1971 to 2260");
}

TEST(TargetTextTest, ANameIsNotATime) {
  for (const char* const text : {"", "before the upgrade", "2026-11-22", "2026-11-22 upgrade",
                                 "2026-11-22T", "0/5000028", "2026-11-22 1940"}) {
    const TypedTime typed = parse_typed_time(text);
    EXPECT_EQ(typed.problem, "") << text;
    EXPECT_FALSE(typed.time) << text;
  }
}

TEST(TargetTextTest, PrintsTimesAndSettings) {
  EXPECT_EQ(to_postgres_text(kMoment + 1us), "2026-11-22 19:40:00.000001+00");
  EXPECT_EQ(setting_line("recovery_target_name", R"(it's a \)"),
            R"(recovery_target_name = 'it''s a \\')");
}

}  // namespace
}  // namespace walstow
