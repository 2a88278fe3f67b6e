// The newest backups of months and years, case by case: which are kept, and which WAL with them.
#include "store/retention/period_backups.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>

#include "store/retention/retention_rule.h"

namespace walstow {
namespace {

using std::chrono::hours;

constexpr std::uint32_t kSegmentBytes = 1U << 20;
const Time kPlanned = *parse_iso8601("2026-11-22T20:00:00Z");
const Time kOld = kPlanned - hours(24 * 30);

KeptRange range(std::uint32_t timeline, std::uint64_t first, std::uint64_t last) {
  return {Timeline{timeline}, SegmentNumber{first}, SegmentNumber{last}};
}

class PeriodBackupsTest : public testing::Test {
 protected:
  PeriodBackupsTest() { timeline(1, 100, kPlanned); }

  TimelineFacts& timeline(std::uint32_t id, std::uint64_t last, Time newest) {
    return inventory.timelines.emplace_back(TimelineFacts{.timeline = Timeline{id},
                                                          .ancestry = std::vector<TimelineSwitch>{},
                                                          .last = SegmentNumber{last},
                                                          .newest = newest});
  }
  // It needs segment `start` and the next one.
  BackupFacts& backup(std::string name, std::uint64_t start, const std::string& day,
                      std::uint32_t id = 1) {
    inventory.backups.push_back({.name = std::move(name),
                                 .timeline = Timeline{id},
                                 .start = SegmentNumber{start},
                                 .stop = Lsn{(start + 1) * kSegmentBytes + 0x800},
                                 .stopped = *parse_iso8601(day + "T12:00:00Z"),
                                 .label = "nightly"});
    return inventory.backups.back();
  }
  void keep(std::uint32_t monthly, std::uint32_t yearly) {
    policy.keep = KeepBackups{.count = 1, .younger = {}, .monthly = monthly, .yearly = yearly};
  }
  RetentionPlan plan() const { return plan_retention(inventory, policy, kPlanned); }
  // "oct 2026-10 2026, ..." of the backups that only their month or year keeps.
  std::string kept() const {
    std::string text;
    for (const auto& one : plan().period_backups)
      text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", one.name, one.month, one.year);
    return text;
  }
  bool goes(std::uint64_t number, std::uint32_t id = 1) const {
    return may_go(plan(), {Timeline{id}, SegmentNumber{number}, kOld});
  }

  RetentionInventory inventory{*SegmentSize::from_bytes(kSegmentBytes)};
  RetentionPolicy policy;
};

TEST_F(PeriodBackupsTest, TheNewestOfEachMonthKeepsItsOwnWalAndDoesNotLowerTheFloor) {
  backup("aug", 10, "2026-08-31");
  backup("sep1", 20, "2026-09-01");
  backup("sep30", 30, "2026-09-30");
  backup("oct", 40, "2026-10-15");
  backup("nov", 80, "2026-11-21");
  keep(3, 0);
  EXPECT_EQ(kept(), "sep30 2026-09 , oct 2026-10 ");
  EXPECT_EQ(plan().kept_backups.size(), 1U);
  EXPECT_EQ(plan().floor, SegmentNumber{80});
  EXPECT_EQ(plan().kept_ranges, (std::vector{range(1, 30, 31), range(1, 40, 41)}));
  for (const std::uint64_t number : {10U, 20U, 29U, 32U, 39U, 42U, 79U})
    EXPECT_TRUE(goes(number)) << number;
  for (const std::uint64_t number : {30U, 31U, 40U, 41U, 80U})
    EXPECT_FALSE(goes(number)) << number;
  keep(1, 0);
  EXPECT_EQ(kept(), "");  // of the newest month the newest backup is kept anyway
  EXPECT_TRUE(goes(30));
}

TEST_F(PeriodBackupsTest, MonthsWithoutABackupDoNotCount) {
  backup("2024", 10, "2024-02-29");
  backup("2025", 20, "2025-12-31");
  backup("may", 30, "2026-05-01");
  backup("nov", 80, "2026-11-21");
  keep(4, 0);
  EXPECT_EQ(kept(), "2024 2024-02 , 2025 2025-12 , may 2026-05 ");
  keep(0, 2);
  EXPECT_EQ(kept(), "2025  2025");
  keep(2, 3);
  EXPECT_EQ(kept(), "2024  2024, 2025  2025, may 2026-05 ");
}

TEST_F(PeriodBackupsTest, AMonthEndsInUtc) {
  backup("oct", 10, "2026-10-31").stopped = *parse_iso8601("2026-10-31T23:59:59Z");
  backup("nov1", 20, "2026-11-01").stopped = *parse_iso8601("2026-11-01T00:00:00Z");
  backup("nov2", 30, "2026-11-02");
  keep(2, 0);
  EXPECT_EQ(kept(), "oct 2026-10 ");
}

TEST_F(PeriodBackupsTest, EachClientHasItsMonthsAndWhatWasAddedCountsForAll) {
  backup("real", 10, "2026-09-05").put_by = "primary1";
  backup("forged", 20, "2026-09-20").put_by = "arch";
  backup("now", 80, "2026-11-21").put_by = "primary1";
  backup("forged now", 81, "2026-11-21").put_by = "arch";
  keep(2, 0);
  EXPECT_EQ(kept(), "real 2026-09 , forged 2026-09 ");
  inventory.servers = {"primary1", "arch"};
  EXPECT_EQ(kept(), "forged 2026-09 ");
  inventory.servers.clear();
  BackupFacts& added = backup("added", 30, "2026-09-25");
  added.added = true;
  added.put_by = "admin1";
  backup("added now", 82, "2026-11-21").added = true;
  EXPECT_EQ(kept(), "added 2026-09 ");
}

// Its segment may be found. But it must not take the place of one that can be recovered.
TEST_F(PeriodBackupsTest, ABackupThatLacksASegmentIsKeptAndDoesNotCount) {
  backup("whole", 10, "2026-09-05");
  backup("lacks one", 20, "2026-09-20");
  backup("now", 80, "2026-11-21");
  inventory.gaps = {{.timeline = Timeline{1}, .missing = {.first = 21, .count = 1}}};
  keep(2, 0);
  EXPECT_EQ(kept(), "whole 2026-09 , lacks one 2026-09 ");
  inventory.backups[1].gone = true;
  EXPECT_EQ(kept(), "whole 2026-09 ");
}

TEST_F(PeriodBackupsTest, OnlyBackupsWhoseLabelMatchesCount) {
  backup("nightly", 10, "2026-09-05");
  backup("standby", 20, "2026-09-20").label = "pg_basebackup base backup";
  backup("now", 80, "2026-11-21");
  policy.backup_label = "night*";
  keep(2, 0);
  EXPECT_EQ(kept(), "nightly 2026-09 ");
}

TEST_F(PeriodBackupsTest, WhatLiesAboveTheFloorNeedsNoRange) {
  backup("sep", 10, "2026-09-05");
  backup("oct", 40, "2026-10-05");
  backup("now", 80, "2026-11-21");
  inventory.holds.push_back({"a hold", SegmentNumber{30}, std::nullopt});
  keep(3, 0);
  EXPECT_EQ(kept(), "sep 2026-09 , oct 2026-10 ");
  EXPECT_EQ(plan().kept_ranges, std::vector{range(1, 10, 11)});
  RetentionPlan lower = plan();
  lower_floor(lower, SegmentNumber{10});
  EXPECT_EQ(lower.floor, SegmentNumber{10});
  EXPECT_TRUE(lower.kept_ranges.empty());
  lower_floor(lower, SegmentNumber{90});
  EXPECT_EQ(lower.floor, SegmentNumber{10});
}

TEST_F(PeriodBackupsTest, RangesThatTouchBecomeOne) {
  backup("sep", 10, "2026-09-05");
  backup("oct", 12, "2026-10-05");
  backup("now", 80, "2026-11-21");
  keep(3, 0);
  EXPECT_EQ(plan().period_backups.size(), 2U);
  EXPECT_EQ(plan().kept_ranges, std::vector{range(1, 10, 13)});
}

TEST_F(PeriodBackupsTest, OfADeadBranchTheRangesStay) {
  timeline(2, 60, kPlanned - hours(24 * 50)).ancestry = {
      {.parent = Timeline{1}, .left_at = Lsn{30 * kSegmentBytes + 0x800}, .reason = ""}};
  timeline(3, 90, kPlanned).ancestry = {
      {.parent = Timeline{1}, .left_at = Lsn{35 * kSegmentBytes + 0x800}, .reason = ""}};
  backup("sep", 40, "2026-09-05", 2);
  backup("now", 80, "2026-11-21", 3);
  keep(2, 0);
  EXPECT_EQ(plan().kept_ranges, std::vector{range(2, 40, 41)});
  policy.dead_timeline = Timeline{2};
  EXPECT_EQ(plan().kept_ranges, std::vector{range(2, 40, 41)});
  EXPECT_TRUE(goes(39, 2));
  EXPECT_FALSE(goes(40, 2));
  EXPECT_FALSE(goes(41, 2));
  EXPECT_TRUE(goes(42, 2));
}

TEST_F(PeriodBackupsTest, MoreRangesThanARecordHasRoomForRemoveNothing) {
  inventory.timelines[0].last = SegmentNumber{2000};
  for (std::uint64_t i = 0; i <= kMostKeptRanges; ++i)
    backup("b", 3 * i, "2025-01-01").put_by = std::to_string(i);
  backup("now", 1900, "2026-11-21").added = true;
  keep(2, 0);
  EXPECT_EQ(plan().floor, std::nullopt);
  EXPECT_NE(plan().reason.find("need 401 separate ranges of WAL"), std::string::npos);
  EXPECT_FALSE(goes(2));
  inventory.backups.erase(inventory.backups.begin());
  EXPECT_EQ(plan().floor, SegmentNumber{1900});
  EXPECT_EQ(plan().kept_ranges.size(), kMostKeptRanges);
}

}  // namespace
}  // namespace walstow
