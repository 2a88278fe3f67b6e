// The rule, case by case: what is kept, what may go, and what is said about it.
#include "store/retention/retention_rule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fmt/format.h>
#include <string>

namespace walstow {
namespace {

using std::chrono::hours;

constexpr std::uint32_t kMegabyte = 1U << 20;
const Time kToday = *parse_iso8601("2026-11-22T20:00:00Z");

SegmentSize megabytes(std::uint32_t count) {
  return *SegmentSize::from_bytes(std::uint64_t{count} * kMegabyte);
}

// In an era with segments of 1 MB: the numbers of segments, and LSNs in the middle of them.
Lsn middle_of(std::uint64_t segment) {
  return Lsn{segment * kMegabyte + 0x800};
}

class RetentionTest : public testing::Test {
 protected:
  TimelineFacts& timeline(std::uint32_t id, std::uint64_t last, hours age) {
    return inventory.timelines.emplace_back(TimelineFacts{.timeline = Timeline{id},
                                                          .ancestry = std::vector<TimelineSwitch>{},
                                                          .last = SegmentNumber{last},
                                                          .newest = kToday - age});
  }
  static TimelineSwitch fork(std::uint32_t parent, std::uint64_t segment) {
    return {.parent = Timeline{parent}, .left_at = middle_of(segment), .reason = ""};
  }
  void backup(std::string name, std::uint32_t id, std::uint64_t start, hours age,
              std::string label = "nightly") {
    inventory.backups.push_back({.name = std::move(name),
                                 .timeline = Timeline{id},
                                 .start = SegmentNumber{start},
                                 .stop = middle_of(start + 1),
                                 .stopped = kToday - age,
                                 .label = std::move(label)});
  }
  PositionReport& position(std::string restartpoint, std::string lowest, hours silent = hours(0)) {
    return inventory.positions.emplace_back(PositionReport{.client = "standby1",
                                                           .instance = std::string(32, 'a'),
                                                           .standby = "reporting",
                                                           .host = "db2",
                                                           .system = "7",
                                                           .restartpoint = std::move(restartpoint),
                                                           .lowest_handed = std::move(lowest),
                                                           .seen = kToday - silent});
  }
  void keep(std::uint32_t count, hours younger) { policy.keep = KeepBackups{count, younger}; }
  RetentionPlan plan() const { return plan_retention(inventory, policy, kToday); }
  std::vector<std::string> kept() const {
    std::vector<std::string> names;
    for (const RetentionPlan::KeptBackup& backup : plan().kept_backups)
      names.push_back(backup.name);
    return names;
  }
  void put_by(const std::string& client) { inventory.backups.back().put_by = client; }
  std::optional<std::uint64_t> floor() const {
    const auto planned = plan().floor;
    return planned ? std::optional(planned->value) : std::nullopt;
  }
  bool goes(std::uint32_t id, std::uint64_t number, hours age = hours(48)) const {
    return may_go(plan(), {Timeline{id}, SegmentNumber{number}, kToday - age});
  }

  RetentionInventory inventory{megabytes(1)};
  RetentionPolicy policy;
};

TEST_F(RetentionTest, NothingGoesWhereNobodySaysWhatIsNeeded) {
  timeline(1, 100, hours(1));
  EXPECT_EQ(floor(), std::nullopt);
  EXPECT_FALSE(goes(1, 0));
  keep(1, hours(1));
  EXPECT_EQ(floor(), std::nullopt);
  EXPECT_EQ(plan().reason, "no usable backup is known");
}

TEST_F(RetentionTest, OnlyTheCommandItselfSetsAFloorWithoutConsumers) {
  timeline(1, 100, hours(1));
  policy.before = SegmentNumber{40};
  EXPECT_EQ(floor(), 40U);
  EXPECT_TRUE(goes(1, 39));
  EXPECT_FALSE(goes(1, 40));
}

TEST_F(RetentionTest, TheCommandLowersTheFloorAndNeverRaisesIt) {
  timeline(1, 100, hours(1));
  backup("b", 1, 50, hours(30));
  policy.before = SegmentNumber{40};
  EXPECT_EQ(floor(), 40U);
  policy.before = SegmentNumber{90};
  EXPECT_EQ(floor(), 50U);
}

TEST_F(RetentionTest, WhatIsYoungStays) {
  timeline(1, 100, hours(1));
  backup("b", 1, 50, hours(30));
  EXPECT_TRUE(goes(1, 49, hours(25)));
  EXPECT_FALSE(goes(1, 49, hours(24)));
  EXPECT_FALSE(goes(1, 49, hours(-1)));  // a clock went back
  EXPECT_FALSE(goes(1, 50, hours(1000)));
}

TEST_F(RetentionTest, KeepsTheNewestAllYoungOnesAndOneBefore) {
  timeline(1, 100, hours(1));
  for (const unsigned day : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U})
    backup("b" + std::to_string(day), 1, 90 - 10 * day, hours(24 * day - 12));
  keep(2, hours(0));
  EXPECT_EQ(floor(), 70U);
  keep(2, hours(24 * 4));  // b1 to b4 are younger, b5 is the one before
  EXPECT_EQ(floor(), 40U);
  EXPECT_EQ(plan().kept_backups.size(), 5U);
  keep(7, hours(24));
  EXPECT_EQ(floor(), 20U);
  keep(100, hours(24));
  EXPECT_EQ(floor(), 10U);
}

TEST_F(RetentionTest, BackupsThatOnlyBuiltStandbysArePassedOverByTheirLabel) {
  timeline(1, 100, hours(1));
  backup("b1", 1, 20, hours(72), "nightly 1");
  backup("b2", 1, 40, hours(48), "nightly 2");
  backup("s1", 1, 60, hours(36), "pg_basebackup base backup");
  backup("s2", 1, 80, hours(30), "pg_basebackup base backup");
  keep(2, hours(0));
  EXPECT_EQ(floor(), 60U);
  policy.backup_label = "nightly*";
  EXPECT_EQ(floor(), 20U);
  policy.keep.reset();
  EXPECT_EQ(floor(), 20U);
  policy.backup_label = "nigthly*";  // a slip must not count as "there are none"
  keep(2, hours(0));
  position("00000001000000000000005A", "");
  EXPECT_EQ(floor(), std::nullopt);
  EXPECT_EQ(plan().reason, "no backup is known whose label matches \"nigthly*\"");
}

TEST_F(RetentionTest, ABackupWhoseBeginningIsGoneNeitherHoldsTheFloorNorCountsForAnother) {
  timeline(1, 100, hours(1));
  backup("whole", 1, 50, hours(30));
  backup("gone", 1, 20, hours(2));
  inventory.backups.back().gone = true;
  keep(1, hours(0));
  EXPECT_EQ(floor(), 50U);
  EXPECT_EQ(kept(), std::vector<std::string>{"whole"});
  EXPECT_NE(plan().notes.at(0).find("\"nightly\") cannot be recovered"), std::string::npos);
  inventory.backups.back().stop.reset();  // nor where it cannot be read
  EXPECT_EQ(floor(), 50U);
  inventory.backups.erase(inventory.backups.begin());
  EXPECT_EQ(floor(), std::nullopt);
}

// Otherwise the last backup that can be recovered would go for one that cannot.
TEST_F(RetentionTest, ABackupThatNeedsAMissingSegmentIsKeptAndCountsForNoOther) {
  timeline(1, 100, hours(1));
  backup("oldest", 1, 20, hours(50));
  backup("whole", 1, 50, hours(30));
  backup("lacks one", 1, 70, hours(2));
  keep(1, hours(0));
  const std::vector<std::string> both = {"whole", "lacks one"};
  struct {
    std::uint64_t first, count;
    std::uint32_t timeline;
    bool needed;
  } const cases[] = {
      {70, 1, 1, true},   {71, 1, 1, true},  {60, 11, 1, true}, {71, 9, 1, true},
      {60, 10, 1, false}, {72, 5, 1, false}, {70, 2, 2, false},
  };
  for (const auto& test : cases) {
    inventory.gaps = {{.timeline = Timeline{test.timeline},
                       .missing = {.first = test.first, .count = test.count}}};
    EXPECT_EQ(floor(), test.needed ? 50U : 70U) << test.first << " " << test.count;
    if (!test.needed) continue;
    EXPECT_EQ(kept(), both);
    EXPECT_NE(plan().notes.at(0).find("which it needs, is missing"), std::string::npos);
  }
}

TEST_F(RetentionTest, ABackupOutsideOfTheLogCountsForNoOther) {
  timeline(1, 100, hours(1)).first = SegmentNumber{10};
  backup("whole", 1, 50, hours(30));
  keep(1, hours(0));
  struct {
    std::uint32_t timeline;
    std::uint64_t start;
  } const cases[] = {{1, 9}, {1, 101}, {1, 100}, {1, 900}, {3, 60}};
  for (const auto& test : cases) {
    backup("outside", test.timeline, test.start, hours(2));
    EXPECT_EQ(kept().front(), "whole") << test.start;
    EXPECT_LE(*floor(), 50U) << test.start;
    inventory.backups.pop_back();
  }
  backup("at the end", 1, 99, hours(2));
  EXPECT_EQ(kept(), std::vector<std::string>{"at the end"});
}

TEST_F(RetentionTest, BackupsOfAnotherClientPushNoneOut) {
  timeline(1, 100, hours(1));
  for (const std::uint64_t start : {10U, 20U, 30U}) {
    backup("real" + std::to_string(start), 1, start, hours(24 * (40 - start)));
    put_by("primary1");
  }
  for (const std::uint64_t start : {70U, 75U, 80U}) {
    backup("forged" + std::to_string(start), 1, start, hours(2));
    put_by("arch");
  }
  keep(2, hours(0));
  EXPECT_EQ(floor(), 20U);
  EXPECT_EQ(kept(), (std::vector<std::string>{"real20", "real30", "forged75", "forged80"}));
  EXPECT_EQ(plan().kept_backups.at(0).put_by, "primary1");
  EXPECT_EQ(plan().kept_backups.at(2).put_by, "arch");
  ASSERT_EQ(plan().notes.size(), 1U);
  EXPECT_NE(plan().notes[0].find("put by arch, primary1"), std::string::npos);
  // Nor do they take the place of the one that reaches back.
  keep(1, hours(24 * 11));
  EXPECT_EQ(kept(),
            (std::vector<std::string>{"real20", "real30", "forged70", "forged75", "forged80"}));
}

TEST_F(RetentionTest, WhatAnAdministratorAddedCountsForEverybody) {
  timeline(1, 100, hours(1));
  backup("real", 1, 20, hours(24 * 20));
  put_by("primary1");
  backup("snapshot", 1, 40, hours(24 * 10));
  put_by("admin1");
  inventory.backups.back().added = true;
  keep(1, hours(0));
  EXPECT_EQ(kept(), std::vector<std::string>{"snapshot"});
  // But nobody's file counts for what was added.
  backup("forged", 1, 60, hours(24));
  put_by("arch");
  EXPECT_EQ(kept(), (std::vector<std::string>{"snapshot", "forged"}));
}

// Whose backups count together only an administrator can say.
TEST_F(RetentionTest, AfterASwitchoverTheBackupsOfTheOldPrimaryGoWhereBothAreServers) {
  timeline(1, 39, hours(24 * 8));
  timeline(2, 100, hours(1)).ancestry = {fork(1, 40)};
  backup("old10", 1, 10, hours(24 * 30));
  put_by("primary1");
  backup("old20", 1, 20, hours(24 * 20));
  put_by("primary1");
  backup("new60", 2, 60, hours(24 * 2));
  put_by("standby1");
  keep(1, hours(24));
  EXPECT_EQ(kept(), (std::vector<std::string>{"old20", "new60"}));
  inventory.servers = {"primary1", "standby1"};
  EXPECT_EQ(kept(), std::vector<std::string>{"new60"});
  keep(1, hours(24 * 9));
  EXPECT_EQ(kept(), (std::vector<std::string>{"old20", "new60"})) << "nine days back";
}

// A history far ahead makes timeline 1 no end of its own, one that forks early leads past its
// backups, and what is put there is the newest of all.
TEST_F(RetentionTest, MadeUpTimelinesTakeNoBackupsAway) {
  for (const int silent : {1, 20 * 24}) {
    inventory.timelines.clear();
    inventory.backups.clear();
    timeline(1, 27, hours(silent));
    backup("real12", 1, 12, hours(24 * 25));
    put_by("primary1");
    backup("real20", 1, 20, hours(24 * 22));
    put_by("primary1");
    keep(2, hours(24 * 14));
    const auto before = kept();
    timeline(2, 1, hours(24 * 16)).ancestry = {fork(1, 4000)};
    timeline(3, 40, hours(1)).ancestry = {fork(1, 7)};
    for (const int at : {30, 33, 35}) {
      backup(fmt::format("made-up{}", at), 3, static_cast<std::uint64_t>(at), hours(2));
      put_by("standby9");
    }
    for (const std::string& name : before)
      EXPECT_GT(std::ranges::count(kept(), name), 0) << name << " " << silent;
    EXPECT_EQ(floor(), 12U);
  }
}

TEST_F(RetentionTest, OfAnEraThatIsOverNoBackupNeedBeKept) {
  timeline(1, 100, hours(48));
  backup("old", 1, 50, hours(30));
  backup("young", 1, 80, hours(10));
  keep(0, hours(20));
  EXPECT_EQ(floor(), 80U);
  keep(0, hours(0));
  EXPECT_EQ(floor(), 102U);  // the end, and what a .partial behind it may have
  EXPECT_TRUE(goes(1, 101));
  position("", "000000010000000000000040");
  EXPECT_EQ(floor(), 64U);
}

TEST_F(RetentionTest, WhoHoldsTheFloorAndWasNotSeenForLongIsNamedWithThat) {
  timeline(1, 100, hours(1));
  PositionReport& reported = position("000000010000000000000020", "");
  EXPECT_EQ(plan().reason, "standby \"reporting\" of standby1 on db2 needs it");
  reported.seen = kToday - hours(24 * 40);
  EXPECT_NE(plan().reason.find("needs it; it was last seen 40 days ago"), std::string::npos);
  reported.seen = kToday + hours(24 * 40);  // a clock went back
  policy.standby_limit = hours(1);
  EXPECT_EQ(plan().reason, "standby \"reporting\" of standby1 on db2 needs it");
}

TEST_F(RetentionTest, ABackupThatCannotBeReadIsKept) {
  timeline(1, 100, hours(1));
  backup("b1", 1, 10, hours(300));
  backup("b2", 1, 40, hours(48));
  inventory.backups[0].stop.reset();
  policy.backup_label = "n*";
  keep(1, hours(0));
  EXPECT_EQ(floor(), 10U);
}

TEST_F(RetentionTest, StandbysHoldTheFloorByTheirRestartpointOrTheLowestTheyWereHanded) {
  timeline(1, 100, hours(1));
  backup("b", 1, 50, hours(30));
  PositionReport& standby = position("", "00000001000000000000000A");
  EXPECT_EQ(floor(), 10U);
  EXPECT_EQ(plan().reason, "standby \"reporting\" of standby1 on db2 needs it");
  standby.restartpoint = "000000010000000000000014";
  EXPECT_EQ(floor(), 20U);
  standby.retired = true;
  EXPECT_EQ(floor(), 50U);
  standby.retired = false;
  standby.restartpoint = standby.lowest_handed = "";
  EXPECT_EQ(floor(), 0U);
  EXPECT_NE(plan().reason.find("has not reported its position"), std::string::npos);
}

TEST_F(RetentionTest, ASilentStandbyIsLeftOutOnlyWhereAskedForAndSaid) {
  timeline(1, 100, hours(1));
  backup("b", 1, 50, hours(30));
  position("00000001000000000000000A", "", hours(24 * 40));
  EXPECT_EQ(floor(), 10U);
  EXPECT_TRUE(plan().notes.empty());
  policy.standby_limit = hours(24 * 30);
  EXPECT_EQ(floor(), 50U);
  ASSERT_EQ(plan().notes.size(), 1U);
  EXPECT_NE(plan().notes[0].find("has been silent for 40 days"), std::string::npos);
  inventory.positions[0].seen.reset();
  EXPECT_EQ(floor(), 10U);
}

TEST_F(RetentionTest, AHoldHoldsTheFloor) {
  timeline(1, 100, hours(1));
  backup("b", 1, 50, hours(30));
  inventory.holds.push_back({"hold 1 (\"audit\")", SegmentNumber{30}, std::nullopt});
  EXPECT_EQ(floor(), 30U);
  EXPECT_EQ(plan().reason, "hold 1 (\"audit\") needs it");
}

TEST_F(RetentionTest, BackupsAreRankedAlongTheLineAndNotBeyondAFork) {
  // 1 was left at 30 for 2; the old primary went on to 60 and made two more backups.
  timeline(1, 60, hours(24 * 20));
  timeline(2, 50, hours(1)).ancestry = {fork(1, 30)};
  backup("b10", 1, 10, hours(24 * 30));
  backup("b20", 1, 20, hours(24 * 25));
  backup("lost40", 1, 40, hours(24 * 22));
  backup("lost50", 1, 50, hours(24 * 21));
  backup("b45", 2, 45, hours(24));
  keep(2, hours(24 * 2));
  // The newest of the line of 2 are b45 and b20: two of a dead branch do not push them out.
  EXPECT_EQ(floor(), 20U);
  // "lost50" is among the newest by time, so that no made-up history takes it away.
  EXPECT_EQ(kept(), (std::vector<std::string>{"b20", "lost50", "b45"}));
  ASSERT_EQ(plan().notes.size(), 1U);
  EXPECT_NE(plan().notes[0].find("timeline 1 is abandoned"), std::string::npos);
  // As long as backups are to reach back so far, the branch counts.
  keep(1, hours(24 * 21));
  EXPECT_EQ(plan().notes.size(), 0U);
}

TEST_F(RetentionTest, ALongerAbandonedBranchDoesNotCountForItsLength) {
  timeline(1, 30, hours(24 * 30));
  timeline(2, 900, hours(24 * 20)).ancestry = {fork(1, 30)};
  timeline(3, 60, hours(1)).ancestry = {fork(1, 31)};
  backup("b20", 1, 20, hours(24 * 31));
  backup("b800", 2, 800, hours(24 * 21));
  keep(1, hours(0));
  EXPECT_EQ(floor(), 20U);
}

TEST_F(RetentionTest, ATestThatWasPromotedDoesNotEndTheLineOfTheServerThatGoesOn) {
  timeline(1, 100, hours(1));
  timeline(2, 42, hours(24 * 9)).ancestry = {fork(1, 40)};
  backup("b10", 1, 10, hours(24 * 30));
  backup("b60", 1, 60, hours(24 * 2));
  keep(1, hours(0));
  // 2 is the highest, so nobody knows: both lines count.
  EXPECT_EQ(kept(), (std::vector<std::string>{"b10", "b60"}));
}

TEST_F(RetentionTest, UnknownDescentKeepsEveryBackup) {
  timeline(1, 30, hours(24 * 30));
  timeline(2, 60, hours(1)).ancestry.reset();
  backup("b10", 1, 10, hours(24 * 31));
  backup("b50", 2, 50, hours(24));
  keep(1, hours(0));
  EXPECT_EQ(floor(), 10U);
  EXPECT_EQ(plan().notes.size(), 1U);
  // The lowest of an archive that began later descends from nothing in it.
  inventory.timelines[0].timeline = Timeline{3};
  inventory.timelines[0].ancestry = {fork(2, 20)};
  inventory.backups[0].timeline = Timeline{3};
  EXPECT_EQ(plan().notes.size(), 0U);
}

TEST_F(RetentionTest, PositionsAreReadByTheLeastSizeOfTheirSystem) {
  inventory.segment_size = megabytes(64);
  inventory.position_size = megabytes(16);
  timeline(1, 100, hours(1));
  position("000000010000000000000014", "");  // 20: of 16 MB it is in 5
  EXPECT_EQ(floor(), 5U);
}

TEST_F(RetentionTest, ADeadBranchGoesButForWhatAConsumerMayComeBy) {
  timeline(1, 40, hours(24 * 60));
  timeline(2, 900, hours(24 * 50)).ancestry = {fork(1, 30)};
  timeline(3, 60, hours(1)).ancestry = {fork(1, 35)};
  policy.dead_timeline = Timeline{2};
  EXPECT_FALSE(plan().dead_timeline) << "nobody says what is needed";
  backup("b50", 3, 50, hours(48));
  EXPECT_TRUE(goes(2, 29));
  EXPECT_TRUE(goes(2, 800));
  EXPECT_FALSE(goes(3, 10));
  EXPECT_FALSE(goes(1, 10));
  EXPECT_FALSE(plan().floor);
  backup("b34", 1, 34, hours(48));  // behind the fork of 2
  EXPECT_TRUE(goes(2, 800));
  backup("b29", 1, 29, hours(48));  // may still recover along 2
  EXPECT_FALSE(goes(2, 800));
  inventory.backups.pop_back();
  position("000000020000000000000040", "");  // a standby on it
  EXPECT_TRUE(goes(2, 63));
  EXPECT_FALSE(goes(2, 64));
}

TEST_F(RetentionTest, ABranchThatMayLiveIsNotDead) {
  timeline(1, 40, hours(24 * 60));
  timeline(2, 900, hours(1)).ancestry = {fork(1, 30)};
  timeline(3, 60, hours(24 * 9)).ancestry = {fork(1, 35)};
  backup("b35", 1, 36, hours(24 * 61));
  for (const std::uint32_t id : {2U, 3U}) {
    policy.dead_timeline = Timeline{id};
    EXPECT_FALSE(plan().dead_timeline);
    EXPECT_NE(plan().reason.find("may be in use"), std::string::npos);
  }
  policy.dead_timeline = Timeline{9};
  EXPECT_EQ(plan().reason, "there is no timeline 9");
  policy.dead_timeline = Timeline{1};
  inventory.timelines[2].ancestry.reset();
  EXPECT_FALSE(plan().dead_timeline);
}

}  // namespace
}  // namespace walstow
