#include "store/report/plain_words.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

TEST(AgeText, HasTwoOrThreeDigits) {
  using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;
  EXPECT_EQ(age_text(seconds(-5)), "0 s");
  EXPECT_EQ(age_text(seconds(119)), "119 s");
  EXPECT_EQ(age_text(minutes(119)), "119 min");
  EXPECT_EQ(age_text(hours(47)), "47 h");
  EXPECT_EQ(age_text(hours(49)), "2 days");
}

TEST(PlainWords, Counted) {
  EXPECT_EQ(counted(1, "segment"), "1 segment");
  EXPECT_EQ(counted(0, "segment", 3), "  0 segments");
}

TEST(PlainWords, PolicyWithMonthsAndYears) {
  PolicyReport report{
      .policy = {.keep_backups = 1, .keep_days = 0, .keep_monthly = 12, .keep_yearly = 1},
      .by = "admin1",
      .set = *parse_iso8601("2026-11-22T20:00:00Z")};
  EXPECT_EQ(policy_text(report),
            "keep the newest backup\n"
            "keep the newest backup of each month, for 12 months\n"
            "keep the newest backup of each year, for 1 year\n"
            "set by admin1 on 2026-11-22T20:00:00Z\n");
  report.policy.keep_monthly = 0;
  report.policy.keep_yearly.reset();
  EXPECT_EQ(policy_text(report), "keep the newest backup\nset by admin1 on 2026-11-22T20:00:00Z\n");
}

TEST(PlainWords, PeriodBackup) {
  PeriodBackupReport backup{
      .name = "b", .put_by = "", .month = "2026-10", .year = "", .first = "08", .last = "09"};
  EXPECT_EQ(period_text(backup), "backup b, the newest of 2026-10; only 08 .. 09");
  backup.year = "2026";
  backup.last = "08";
  EXPECT_EQ(period_text(backup), "backup b, the newest of 2026-10, the newest of 2026; only 08");
}

}  // namespace
}  // namespace walstow
