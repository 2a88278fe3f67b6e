// Pruning by a clock that has jumped.
#include "proto/base/log.h"
#include "store/retention/archive_clock.h"
#include "store/retention/prune_decision.h"
#include "store/retention/prune_policy.h"
#include "store/retention/scheduled_prune.h"
#include "store/service/catalog.h"
#include "tests/unit/store/retention/prune_fixture.h"

namespace walstow {
namespace {

class PruneClockTest : public PruneTest {
 protected:
  PruneClockTest() {
    update_position(archive->backend(), "main", "standby1",
                    {.instance = {.id = std::string(32, 'a'), .sequence = 1, .host = "db2"},
                     .system_identifier = 7,
                     .restartpoint = segment(1, 50)},
                    later);
  }
  LogPosition at(std::uint64_t number) const { return LogPosition(segment(1, number)); }

  Time jumped = later + hours(24 * 400);
};

// After pg_upgrade, the newest era has no file and no standby: that says nothing about the clock.
TEST(ObjectionsOfClockTest, EmptyEraHasNone) {
  const Time now = *parse_iso8601("2026-11-30T12:00:00Z");
  const PrunePolicy policy{.keep_backups = 2, .keep_days = 14};
  RetentionInventory inventory{SegmentSize::from_bytes(std::uint64_t{1} << 20).value()};
  EXPECT_TRUE(objections_of_clock(inventory, policy, {}, now).empty());
  inventory.positions.push_back({.seen = now - std::chrono::hours(24 * 30)});
  EXPECT_EQ(objections_of_clock(inventory, policy, {}, now).size(), 1U);
}

TEST_F(PruneClockTest, NothingGoesByAgeWhileTheClockIsDoubted) {
  hold(150);
  const PrunePolicy by_age{.before = {}, .standby_limit_days = 30};
  const auto begun = begin_prune(*archive, {"main", by_age, {}}, "admin1", jumped);
  EXPECT_EQ(begun.value().number, 0U);
  EXPECT_NE(begun.value().reason.find("the last known time"), std::string::npos);
  const auto planned = plan_prune(*archive, {"main", by_age}, jumped).value();
  EXPECT_EQ(planned.files, 0U);
  EXPECT_EQ(planned.floor, "");
  EXPECT_NE(planned.reason.find("--before SEGMENT"), std::string::npos);
  // A week later it is believed.
  for (Time time = jumped; time <= jumped + kDoubt; time += hours(24))
    keep_clock(*archive, time);
  const auto after = begin_prune(*archive, {"main", by_age, {}}, "admin1", jumped + kDoubt);
  EXPECT_EQ(after.value().floor, "0/9600000" /* 150 */);
}

TEST_F(PruneClockTest, APlaceThatIsNamedIsPrunedToAndHoldsWhatStandbysNeed) {
  const PrunePolicy by_hand{.before = at(150), .standby_limit_days = 30};
  const auto planned = plan_prune(*archive, {"main", by_hand}, jumped).value();
  EXPECT_EQ(planned.floor, "0/3200000" /* 50 */);
  EXPECT_EQ(planned.files, 49U);
  EXPECT_NE(planned.notes.at(0).find("ages are counted up to"), std::string::npos);
  auto report = begin_prune(*archive, {"main", by_hand, {}}, "admin1", jumped).value();
  while (report.state == "intent")
    report = go_on(report.number);
  EXPECT_EQ(report.files, 49U);
  EXPECT_TRUE(exists(1, 50));
}

TEST_F(PruneClockTest, YoungFilesStayWhenAPlaceIsNamed) {
  const Time from = later - hours(48);  // when all was young
  archive->backend().update_record(
      std::string(layout::kClockRecord), [&](const std::optional<std::string>&) {
        return std::optional("{\"format\":\"1.0\",\"seen\":\"" + to_iso8601(jumped) +
                             "\",\"doubt\":{\"from\":\"" + to_iso8601(from) + "\",\"noticed\":\"" +
                             to_iso8601(jumped) + "\"}}");
      });
  const PlanPrune by_hand{"main", {.before = at(150)}};
  const auto planned = plan_prune(*archive, by_hand, jumped).value();
  EXPECT_EQ(planned.floor, "0/3200000" /* 50 */);
  EXPECT_EQ(planned.files, 0U);
}

TEST_F(PruneClockTest, WhatAWrongClockHasLeftCountsFromWhenItWasSetBack) {
  hold(150);
  keep_clock(*archive, jumped);
  update_position(archive->backend(), "main", "standby1",
                  {.instance = {.id = std::string(32, 'a'), .sequence = 2, .host = "db2"},
                   .system_identifier = 7,
                   .restartpoint = segment(1, 60)},
                  jumped);
  const Time right = later + hours(1);
  keep_clock(*archive, right);
  const PrunePolicy by_age{.before = {}, .standby_limit_days = 30};
  const auto floor_at = [&](Time time) {
    keep_clock(*archive, time);
    return plan_prune(*archive, {"main", by_age}, time).value().floor;
  };
  // The standby is heard of no more: it neither holds for ever nor for no time at all.
  for (int day = 0; day < 30; ++day)
    EXPECT_EQ(floor_at(right + hours(24 * day)), "0/3C00000" /* 60 */) << day;
  keep_clock(*archive, right + hours(24 * 30));
  EXPECT_EQ(floor_at(right + hours(24 * 31)), "0/9600000" /* 150 */);
}

TEST_F(PruneClockTest, ADaemonLeavesAllAndAStatusSaysWhy) {
  hold(150);
  set_policy(*archive, {"main", {.keep_backups = 1, .keep_days = 7}}, "admin1", later);
  const Time now = std::chrono::system_clock::now();
  archive->backend().update_record(
      std::string(layout::kClockRecord), [&](const std::optional<std::string>&) {
        return std::optional("{\"format\":\"1.0\",\"seen\":\"" + to_iso8601(now - hours(1)) +
                             "\",\"doubt\":{\"from\":\"" + to_iso8601(now - hours(24 * 400)) +
                             "\",\"noticed\":\"" + to_iso8601(now - hours(1)) + "\"}}");
      });
  start_log("walstowd", LogLevel::kInfo);
  complete_hints({.folder = "/opt/", .options = {"--store", "/srv/wal"}, .cluster = {}});
  testing::internal::CaptureStderr();
  ScheduledPrune().run(*archive, {});
  const std::string logged = testing::internal::GetCapturedStderr();
  complete_hints({});
  EXPECT_NE(logged.find("hint: \"/opt/walstow --store /srv/wal prune main --before SEGMENT\""),
            std::string::npos)
      << logged;
  EXPECT_EQ(logged.find("\"walstow "), std::string::npos) << logged;
  EXPECT_TRUE(exists(1, 1));
  const TimesIndex times;
  Catalog catalog(times);
  const auto retention = catalog.report(*archive, "main").eras.at(0).retention;
  EXPECT_NE(retention->clock.find("the last known time"), std::string::npos);
  EXPECT_EQ(retention->files, 0U);
}

TEST_F(PruneClockTest, APolicyWaitsWhereTheClockIsNotSynchronizedAnyMore) {
  hold(150);
  const auto objects = [&](int day, ClockSync sync) {
    const Time now = later + hours(24 * day);
    keep_clock(*archive, now, {}, sync);
    const ArchiveClock clock = look_at_clock(*archive, read_clock(*archive), now, {}, sync);
    const PruneOrder order{.cluster = "main", .policy = {}, .era = {}, .floor = {}};
    return !decide_prune(*archive, order, clock, now, {}).value().objections.empty();
  };
  using enum ClockSync;
  // A host without NTP is one that is never synchronized.
  EXPECT_FALSE(objects(0, kUnsynchronized));
  EXPECT_FALSE(objects(1, kSynchronized));
  EXPECT_TRUE(objects(1, kUnsynchronized));
  EXPECT_FALSE(objects(1, kUnknown));
  EXPECT_FALSE(objects(2, kSynchronized));
  // For a week; then it has none any more.
  for (int day = 3; day < 9; ++day)
    EXPECT_TRUE(objects(day, kUnsynchronized)) << day;
  EXPECT_FALSE(objects(10, kUnsynchronized));
}

TEST_F(PruneClockTest, APolicyWaitsWhereNobodyUsesTheClusterByTheClock) {
  add_backup(*archive,
             {.cluster = "main",
              .id = "00000000000c",
              .start = LogPosition(segment(1, 40)),
              .stop = start_of(SegmentNumber{41}, segment_size_of(era)),
              .timeline = Timeline{1},
              .stopped = later - hours(24 * 20),
              .label = "x"},
             "admin1", later);
  const PrunePolicy policy{.keep_backups = 1, .keep_days = 10, .standby_limit_days = 4};
  const auto begun = [&](Time now) {
    return begin_prune(*archive, {"main", policy, {}}, "walstowd", now, {}, PruneFor::kPolicy)
        .value();
  };
  // The standby was seen at `later`; half of 4 days.
  const PruneReport waits = begun(later + hours(49));
  EXPECT_EQ(waits.number, 0U);
  EXPECT_NE(waits.reason.find("no standby has reported since"), std::string::npos) << waits.reason;
  const auto planned = plan_prune(*archive, {"main", policy}, later + hours(49)).value();
  EXPECT_NE(planned.notes.at(0).find("no standby has reported since"), std::string::npos);
  EXPECT_GT(planned.files, 0U);
  const PruneReport future = begun(later - hours(2));
  EXPECT_NE(future.reason.find("one of these times is wrong"), std::string::npos) << future.reason;
  EXPECT_NE(begun(later + hours(47)).number, 0U);
}

TEST_F(PruneClockTest, ADamagedRecordOfTheClockEndsEveryPrune) {
  archive->backend().update_record(
      std::string(layout::kClockRecord),
      [](const std::optional<std::string>&) { return std::optional<std::string>("no json"); });
  EXPECT_EQ(kind_thrown([&] { begin(); }), ErrorKind::kDamaged);
  const TimesIndex times;
  Catalog catalog(times);
  const ClusterReport report = catalog.report(*archive, "main");
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_NE(report.damaged[0].find("_clock.json"), std::string::npos);
}

}  // namespace
}  // namespace walstow
