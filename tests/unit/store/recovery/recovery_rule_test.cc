// What the oracle does not cover: choices between several recoveries, and reasons.
#include "store/recovery/recovery_rule.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "proto/base/bytes.h"
#include "proto/base/little_endian.h"

namespace walstow {
namespace {

using namespace std::chrono_literals;
using Why = RecoveryRefusal::Why;
using End = RecoveryPath::End;

const SegmentSize kMegabytes = *SegmentSize::from_bytes(1 << 20);
const TimeMicro kNoon = *parse_iso8601_micro("2026-11-22T12:00:00.000000Z");

Lsn at(std::uint64_t segment, std::uint64_t offset = 0) {
  return Lsn{start_of(SegmentNumber{segment}, kMegabytes).value + offset};
}

BaseBackup backup_of(std::string name, std::uint32_t timeline, std::uint64_t segment) {
  return {.name = std::move(name),
          .label = "nightly",
          .timeline = Timeline{timeline},
          .start = at(segment, 40),
          .stop = at(segment, 4000),
          .started = {},
          .stopped = kNoon};
}

// A log whose segments have one transaction each: that of segment n ended n minutes after noon.
class RecoveryRuleTest : public testing::Test {
 protected:
  void add_segments(std::uint32_t timeline, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t number = first; number <= last; ++number) {
      SegmentTimes times = minutes(static_cast<int>(number));
      times.first_record = at(number, 40);
      times.last_record = times.last_complete = at(number, 1000);
      add(timeline, number, times);
    }
  }
  static SegmentTimes minutes(int count) {
    SegmentTimes times;
    times.earliest = times.latest = kNoon + std::chrono::minutes(count);
    times.known = true;
    return times;
  }
  // Its last record continues in the next segment.
  static SegmentTimes with_open_record(std::uint64_t number, TimeMicro time) {
    SegmentTimes times = minutes(static_cast<int>(number));
    times.first_record = times.last_complete = at(number, 500);
    times.last_record = at(number, 1000);
    times.open_time = time;
    return times;
  }
  // A record of the segment before ends in it.
  static SegmentTimes with_rest(SegmentTimes times, std::uint64_t number) {
    times.known = true;
    times.rest_head = RecordHead(as_bytes("the rest of a record, which is some text"));
    times.rest_end = at(number, 80);
    return times;
  }
  // A COMMIT in segment `number`, and the next one, of which only eight bytes lie in the first one.
  void add_split_commit(std::uint64_t number, TimeMicro time) {
    std::string record(34, '\0');
    record[17] = 1;
    record[24] = '\xFF';
    const TimeMicro epoch{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}};
    store_little_endian(static_cast<std::uint64_t>((time - epoch).count()),
                        std::as_writable_bytes(std::span(record)), 26);
    SegmentTimes first = with_open_record(number, time);
    first.open_time.reset();
    first.open_head = RecordHead(as_bytes(record).first(8));
    add(1, number, first);
    SegmentTimes second = with_rest(minutes(static_cast<int>(number) + 1), number + 1);
    second.rest_head = RecordHead(as_bytes(record).subspan(8));
    add(1, number + 1, second);
  }
  void add(std::uint32_t timeline, std::uint64_t number, const SegmentTimes& times) {
    sources_.times.add(Timeline{timeline}, SegmentNumber{number}, times);
    know(timeline, {}).runs = sources_.times.runs(Timeline{timeline});
  }
  KnownTimeline& know(std::uint32_t id, std::vector<TimelineSwitch> ancestry) {
    auto found = std::ranges::find(sources_.log.timelines, Timeline{id}, &KnownTimeline::timeline);
    if (found == sources_.log.timelines.end()) {
      KnownTimeline known;
      known.timeline = Timeline{id};
      found = sources_.log.timelines.insert(found, known);
    }
    if (!ancestry.empty()) {
      found->history = KnownTimeline::History::kRead;
      found->ancestry = std::move(ancestry);
    }
    return *found;
  }
  RecoveryAnswer reach(const RecoveryTarget& target, std::optional<Timeline> only = {}) const {
    return reach_target(sources_, target, only);
  }
  const RecoveryRefusal& refusal(const RecoveryTarget& target) {
    answer_ = reach(target);
    EXPECT_TRUE(answer_.ways.empty());
    return *main_refusal(sources_, answer_);
  }

  RecoverySources sources_{.log = {.size = kMegabytes, .timelines = {}, .prunes = {}},
                           .times = {},
                           .backups = {},
                           .barriers = {}};
  RecoveryAnswer answer_;
};

TEST_F(RecoveryRuleTest, TheNewestBackupBeforeATimeReachesIt) {
  add_segments(1, 1, 9);
  sources_.backups = {backup_of("old", 1, 1), backup_of("new", 1, 3), backup_of("later", 1, 6)};
  const RecoveryAnswer answer = reach(kNoon + 4min + 30s);
  ASSERT_EQ(answer.ways.size(), 1U);
  EXPECT_EQ(answer.ways[0].backup, 1U);
  EXPECT_EQ(answer.ways[0].stop_segment, SegmentNumber{5});
  EXPECT_EQ(answer.ways[0].replayed, at(6).value - at(3, 40).value);
}

TEST_F(RecoveryRuleTest, AWindowEndsBeforeTheLastTransaction) {
  add_segments(1, 1, 9);
  sources_.backups = {backup_of("one", 1, 3)};
  const auto windows = recovery_windows(sources_);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].from, kNoon + 3min);
  EXPECT_EQ(windows[0].to, kNoon + 9min - 1us);
  EXPECT_EQ(windows[0].latest, kNoon + 9min);
  EXPECT_EQ(windows[0].end, at(10));
  EXPECT_EQ(windows[0].path.end, End::kNewest);
}

TEST_F(RecoveryRuleTest, ABackupWithoutTransactionsHasTheStateOfTheOneBefore) {
  SegmentTimes quiet;
  quiet.known = true;
  add(1, 2, quiet);
  add(1, 3, quiet);
  add_segments(1, 4, 5);
  sources_.backups = {backup_of("one", 1, 3)};
  EXPECT_EQ(recovery_windows(sources_)[0].from, kNoon + 1s);
  sources_.backups[0].started = kNoon - 1min;
  EXPECT_EQ(recovery_windows(sources_)[0].from, kNoon - 1min + 1s);
  add_segments(1, 1, 1);
  EXPECT_EQ(recovery_windows(sources_)[0].from, kNoon + 1min);
}

TEST_F(RecoveryRuleTest, ATimeBelongsToTheTimelineInUse) {
  // Timeline 1 was in use until minute 6. Timeline 2 left it in segment 4, and began in minute 10.
  add_segments(1, 1, 6);
  know(2, {{Timeline{1}, at(4, 2000), ""}});
  add(2, 4, minutes(10));
  add(2, 5, minutes(11));
  sources_.backups = {backup_of("one", 1, 2)};
  const RecoveryAnswer dead = reach(kNoon + 5min + 30s);
  ASSERT_EQ(dead.ways.size(), 2U);
  EXPECT_EQ(dead.ways[0].target, Timeline{1});
  EXPECT_EQ(dead.ways[1].target, Timeline{2});
  const RecoveryAnswer common = reach(kNoon + 2min + 30s);
  ASSERT_EQ(common.ways.size(), 1U);
  EXPECT_EQ(common.ways[0].target, Timeline{1});
  const RecoveryAnswer now = reach(kNoon + 10min + 30s);
  ASSERT_EQ(now.ways.size(), 1U);
  EXPECT_EQ(now.ways[0].target, Timeline{2});
  EXPECT_EQ(reach(kNoon + 5min + 30s, Timeline{2}).ways[0].target, Timeline{2});
}

TEST_F(RecoveryRuleTest, RefusalsNameTheReason) {
  add_segments(1, 1, 5);
  add_segments(1, 8, 9);
  sources_.backups = {backup_of("early", 1, 3), backup_of("late", 1, 8)};
  EXPECT_EQ(refusal(kNoon + 1min).why, Why::kTooEarly);
  EXPECT_EQ(refusal(kNoon + 1min).window.backup, 0U);
  const RecoveryRefusal& hole = refusal(kNoon + 6min);
  EXPECT_EQ(hole.why, Why::kTooLate);
  EXPECT_EQ(hole.window.path.end, End::kHole);
  EXPECT_EQ(hole.window.path.missing.run, (SegmentRun{.first = 6, .count = 2}));
  const RecoveryRefusal& late = refusal(kNoon + 9min);
  EXPECT_EQ(late.why, Why::kTooLate);
  EXPECT_EQ(late.window.backup, 1U);
  EXPECT_EQ(late.window.path.end, End::kNewest);
  sources_.backups = {backup_of("lost", 1, 7)};
  EXPECT_EQ(refusal(kNoon + 9min).why, Why::kInconsistent);
  sources_.backups = {};
  EXPECT_EQ(main_refusal(sources_, reach(kNoon)), nullptr);
}

TEST_F(RecoveryRuleTest, APathEndsAtABarrier) {
  add_segments(1, 1, 9);
  sources_.backups = {backup_of("one", 1, 2)};
  sources_.barriers = {
      {.timeline = Timeline{1}, .number = SegmentNumber{6}, .kind = Barrier::Kind::kUnread}};
  EXPECT_EQ(recovery_windows(sources_)[0].to, kNoon + 5min - 1us);
  EXPECT_EQ(refusal(kNoon + 6min).window.path.end, End::kUnread);
  sources_.barriers[0].kind = Barrier::Kind::kBroken;
  EXPECT_EQ(refusal(kNoon + 6min).window.path.end, End::kBroken);
}

// A prune has kept segment 2 for the backup, and everything from segment 8 onward.
class PrunedRecoveryTest : public RecoveryRuleTest {
 protected:
  PrunedRecoveryTest() {
    add_segments(1, 2, 2);
    add_segments(1, 8, 9);
    sources_.log.prunes = {{.limit = SegmentNumber{8},
                            .timeline = {},
                            .has_removed = true,
                            .kept = {{Timeline{1}, SegmentNumber{2}, SegmentNumber{2}}}}};
    sources_.backups = {backup_of("kept", 1, 2)};
    sources_.backups[0].started = kNoon;
    sources_.backups[0].stopped = kNoon + 2min + 30s;
  }
};

TEST_F(PrunedRecoveryTest, TheBackupReachesOnlyItsOwnState) {
  const RecoveryWindow window = recovery_windows(sources_).at(0);
  EXPECT_TRUE(window.is_immediate());
  EXPECT_EQ(window.path.end, End::kPruned);
  EXPECT_EQ(window.path.missing.run, (SegmentRun{.first = 3, .count = 5}));
  EXPECT_EQ(window.from, kNoon + 2min);
  for (const RecoveryTarget& target :
       {RecoveryTarget(kNoon + 2min), RecoveryTarget(kNoon + 2min + 30s),
        RecoveryTarget(sources_.backups[0].stop)}) {
    const RecoveryAnswer answer = reach(target);
    ASSERT_EQ(answer.ways.size(), 1U) << target.index();
    EXPECT_TRUE(answer.ways[0].is_immediate);
    EXPECT_TRUE(answer.ways[0].is_before_gap);
    EXPECT_EQ(answer.ways[0].stop_segment, SegmentNumber{2});
    EXPECT_EQ(answer.ways[0].replayed, at(2, 4000).value - at(2, 40).value);
  }
  EXPECT_EQ(refusal(kNoon + 2min - 1us).why, Why::kTooEarly);
  EXPECT_EQ(refusal(kNoon + 2min + 30s + 1us).why, Why::kTooLate);
  EXPECT_EQ(refusal(at(2, 4008)).why, Why::kTooLate);
  EXPECT_EQ(refusal(at(2, 3992)).why, Why::kTooEarly);
}

// The time at which the server ended the backup is not known: it may be earlier.
TEST_F(PrunedRecoveryTest, ATimeIsReachedOnlyIfTheServerGivesTheBackupsEnd) {
  sources_.backups[0].started.reset();
  EXPECT_EQ(refusal(kNoon + 2min + 10s).why, Why::kTooLate);
  EXPECT_EQ(reach(sources_.backups[0].stop).ways.size(), 1U);
}

TEST_F(PrunedRecoveryTest, WalAfterTheBackupIsReplayedAsUsual) {
  add_segments(1, 3, 3);
  const RecoveryWindow window = recovery_windows(sources_).at(0);
  EXPECT_FALSE(window.is_immediate());
  EXPECT_EQ(window.path.end, End::kPruned);
  EXPECT_EQ(window.to, kNoon + 3min - 1us);
  const RecoveryAnswer answer = reach(kNoon + 2min + 10s);
  ASSERT_EQ(answer.ways.size(), 1U);
  EXPECT_FALSE(answer.ways[0].is_immediate);
  EXPECT_TRUE(answer.ways[0].is_before_gap);
}

TEST_F(PrunedRecoveryTest, TheFirstSegmentOfABackupMayBePruned) {
  sources_.backups = {backup_of("lost", 1, 5)};
  EXPECT_EQ(refusal(kNoon + 9min).why, Why::kInconsistent);
  const RecoveryPath& path = answer_.refusals[0].window.path;
  EXPECT_EQ(path.end, End::kPruned);
  EXPECT_EQ(path.missing.run, (SegmentRun{.first = 5, .count = 3}));
  EXPECT_TRUE(path.stretches.empty());
}

TEST_F(RecoveryRuleTest, ATimelineWithoutItsHistoryIsNotFollowed) {
  add_segments(2, 3, 5);
  sources_.backups = {backup_of("one", 2, 3)};
  EXPECT_EQ(refusal(kNoon + 4min).window.path.end, End::kHistoryMissing);
}

TEST_F(RecoveryRuleTest, ATimelineThatLeftDuringTheBackupIsNotItsLine) {
  add_segments(1, 1, 5);
  know(2, {{Timeline{1}, at(3, 2000), ""}});
  add_segments(2, 3, 5);
  sources_.backups = {backup_of("one", 1, 3)};
  EXPECT_EQ(recovery_windows(sources_).size(), 1U);
  EXPECT_TRUE(reach(kNoon + 4min, Timeline{2}).ways.empty());
}

// Its COMMIT would not stop a recovery: PostgreSQL cannot read it.
TEST_F(RecoveryRuleTest, TheOpenRecordAtTheEndDoesNotCount) {
  add_segments(1, 1, 5);
  SegmentTimes open = minutes(6);
  open.first_record = at(6, 40);
  open.last_complete = at(6, 500);
  open.last_record = at(6, 1000);
  open.open_time = kNoon + 7min;
  add(1, 6, open);
  sources_.backups = {backup_of("one", 1, 2)};
  EXPECT_EQ(recovery_windows(sources_)[0].to, kNoon + 6min - 1us);
  EXPECT_EQ(refusal(kNoon + 6min + 30s).why, Why::kTooLate);
  EXPECT_EQ(reach(at(6, 500)).ways.size(), 1U);
  EXPECT_EQ(refusal(at(6, 508)).why, Why::kTooLate);
  // The next segment has its end.
  add(1, 7, with_rest(minutes(8), 7));
  EXPECT_EQ(reach(kNoon + 6min + 30s).ways.at(0).stop_segment, SegmentNumber{6});
  EXPECT_EQ(reach(at(6, 508)).ways.at(0).stop_segment, SegmentNumber{6});
}

// The server crashed, and began anew in the next segment: PostgreSQL ignores the record.
TEST_F(RecoveryRuleTest, ARecordThatTheServerHasGivenUpDoesNotCount) {
  add_segments(1, 1, 5);
  add(1, 6, with_open_record(6, kNoon + 20min));
  add_segments(1, 7, 8);
  sources_.backups = {backup_of("one", 1, 2)};
  EXPECT_EQ(recovery_windows(sources_)[0].to, kNoon + 8min - 1us);
  EXPECT_EQ(reach(kNoon + 6min + 30s).ways.at(0).stop_segment, SegmentNumber{7});
  EXPECT_EQ(reach(at(6, 1000)).ways.at(0).stop_segment, SegmentNumber{7});
  // Nor does it if the server gave it up later in the segment in which it continues.
  SegmentTimes seventh = with_rest(minutes(7), 7);
  seventh.rest_end.reset();
  add(1, 7, seventh);
  EXPECT_EQ(recovery_windows(sources_)[0].to, kNoon + 8min - 1us);
  // It does not count before the backup either.
  sources_.backups = {backup_of("one", 1, 6)};
  EXPECT_EQ(recovery_windows(sources_)[0].from, kNoon + 6min);
  sources_.backups = {backup_of("one", 1, 7)};
  EXPECT_EQ(recovery_windows(sources_)[0].from, kNoon + 7min);
}

// A promoted server gives up the record of which it has only the beginning.
TEST_F(RecoveryRuleTest, ARecordMayEndOnOneTimelineOnly) {
  add_segments(1, 1, 5);
  add(1, 6, with_open_record(6, kNoon + 20min));
  add(1, 7, with_rest(minutes(21), 7));
  know(2, {{Timeline{1}, at(7), ""}});
  add_segments(2, 7, 8);
  sources_.backups = {backup_of("one", 1, 2)};
  EXPECT_EQ(reach(kNoon + 15min, Timeline{1}).ways.at(0).stop_segment, SegmentNumber{6});
  EXPECT_TRUE(reach(kNoon + 15min, Timeline{2}).ways.empty());
}

// A record passes through segment 7, and does not end there.
TEST_F(RecoveryRuleTest, AnOpenRecordEndsInALaterSegment) {
  add_segments(1, 1, 5);
  SegmentTimes open = with_open_record(6, kNoon + 7min);
  open.last_complete.reset();
  add(1, 6, open);
  SegmentTimes through = with_rest({}, 7);
  through.rest_end.reset();
  add(1, 7, through);
  sources_.backups = {backup_of("one", 1, 2)};
  EXPECT_EQ(refusal(kNoon + 6min + 30s).why, Why::kTooLate);
  // No record begins in segment 8, but this one ends there.
  add(1, 8, with_rest({}, 8));
  EXPECT_EQ(reach(kNoon + 6min + 30s).ways.at(0).stop_segment, SegmentNumber{6});
}

TEST_F(RecoveryRuleTest, TheTimeOfARecordMayLieInTheNextSegment) {
  add_segments(1, 1, 2);
  add_split_commit(3, kNoon + 20min);
  add_segments(1, 5, 5);
  add(1, 6, minutes(30));
  BaseBackup backup = backup_of("one", 1, 3);
  backup.stop = at(4, 4000);
  sources_.backups = {backup};
  EXPECT_EQ(recovery_windows(sources_)[0].from, kNoon + 20min);
  sources_.backups = {backup_of("one", 1, 4)};
  EXPECT_EQ(recovery_windows(sources_)[0].from, kNoon + 20min);
  // It stops a recovery in the segment in which it begins.
  sources_.backups = {backup_of("one", 1, 2)};
  EXPECT_EQ(recovery_windows(sources_)[0].from, kNoon + 2min);
  EXPECT_EQ(reach(kNoon + 10min).ways.at(0).stop_segment, SegmentNumber{3});
}

// A store of an earlier release does not report the parts of records.
TEST_F(RecoveryRuleTest, AWindowBeginsAfterABackupOfWhichATimeIsNotKnown) {
  add_segments(1, 1, 2);
  SegmentTimes open = minutes(3);
  open.last_record = at(3, 1000);
  open.open_head = RecordHead();
  add(1, 3, open);
  SegmentTimes rest = minutes(4);
  rest.first_record = rest.last_record = rest.last_complete = at(4, 1000);
  rest.rest_head = RecordHead();
  add(1, 4, rest);
  add(1, 5, minutes(30));
  sources_.backups = {backup_of("one", 1, 3)};
  sources_.backups[0].stopped = kNoon + 9min;
  EXPECT_EQ(recovery_windows(sources_)[0].from, kNoon + 9min + 1s);
  open.open_head.reset();
  open.open_time = kNoon + 12min;
  add(1, 3, open);
  EXPECT_EQ(recovery_windows(sources_)[0].from, kNoon + 12min) << "it may be complete";
  sources_.backups = {backup_of("one", 1, 2)};
  EXPECT_EQ(reach(kNoon + 11min).ways.at(0).stop_segment, SegmentNumber{5}) << "it may not be";
}

TEST_F(RecoveryRuleTest, AnUnfinishedSegmentIsTheLastOne) {
  add_segments(1, 1, 9);
  sources_.backups = {backup_of("one", 1, 2)};
  sources_.barriers = {
      {.timeline = Timeline{1}, .number = SegmentNumber{6}, .kind = Barrier::Kind::kUnfinished}};
  EXPECT_EQ(recovery_windows(sources_)[0].to, kNoon + 6min - 1us);
  EXPECT_EQ(refusal(kNoon + 6min).window.path.end, End::kUnfinished);
  EXPECT_EQ(refusal(at(7, 40)).why, Why::kTooLate);
  sources_.barriers[0].number = SegmentNumber{9};
  EXPECT_EQ(recovery_windows(sources_)[0].path.end, End::kNewest);
}

TEST_F(RecoveryRuleTest, AnUnfinishedSegmentBeforeTheNextTimeline) {
  add_segments(1, 1, 5);
  know(2, {{Timeline{1}, at(6, 0), ""}});
  add_segments(2, 6, 7);
  sources_.backups = {backup_of("one", 1, 2)};
  sources_.barriers = {
      {.timeline = Timeline{1}, .number = SegmentNumber{5}, .kind = Barrier::Kind::kUnfinished}};
  EXPECT_TRUE(reach(at(7, 40), Timeline{2}).ways.empty());
  // The timeline takes the segment with it.
  know(2, {{Timeline{1}, at(5, 2000), ""}});
  add_segments(2, 5, 5);
  EXPECT_EQ(reach(at(7, 40), Timeline{2}).ways.size(), 1U);
}

// A clock was set back before the backup, so the state contains a later transaction.
TEST_F(RecoveryRuleTest, AWindowBeginsAfterAllTransactionsBeforeTheBackup) {
  add(1, 1, minutes(30));
  add(1, 2, minutes(5));
  SegmentTimes quiet;
  quiet.known = true;
  add(1, 3, quiet);
  add_segments(1, 4, 6);
  add(1, 7, minutes(40));
  sources_.backups = {backup_of("one", 1, 3)};
  EXPECT_EQ(recovery_windows(sources_)[0].from, kNoon + 30min);
}

TEST_F(RecoveryRuleTest, APointBehindHiddenOnesIsNotPromised) {
  add_segments(1, 1, 6);
  const auto add_point = [&](std::uint64_t segment, bool more) {
    SegmentTimes times = minutes(static_cast<int>(segment));
    times.more_restore_points = more;
    times.restore_points = {
        {.name = "p", .time = kNoon + std::chrono::minutes(segment), .end = at(segment, 500)}};
    add(1, segment, times);
    return times.restore_points[0];
  };
  const RestorePoint point = add_point(4, true);
  sources_.backups = {backup_of("one", 1, 2)};
  EXPECT_EQ(reach(point).ways.size(), 1U) << "the hidden ones come after it";
  SegmentTimes hidden = minutes(3);
  hidden.more_restore_points = true;
  add(1, 3, hidden);
  EXPECT_EQ(refusal(point).why, Why::kHiddenPoint);
}

TEST_F(RecoveryRuleTest, RestorePointsOfOneName) {
  add_segments(1, 1, 6);
  const auto add_point = [&](std::uint64_t segment) {
    SegmentTimes times = minutes(static_cast<int>(segment));
    times.restore_points = {
        {.name = "p", .time = kNoon + std::chrono::minutes(segment), .end = at(segment, 500)}};
    add(1, segment, times);
  };
  add_point(3);
  add_point(5);
  const auto points = restore_points_named(sources_.times, "p");
  ASSERT_EQ(points.size(), 2U);
  sources_.backups = {backup_of("one", 1, 2)};
  EXPECT_EQ(reach(points[0]).ways.size(), 1U);
  EXPECT_EQ(refusal(points[1]).why, Why::kOtherPoint);
  sources_.backups.push_back(backup_of("two", 1, 4));
  EXPECT_EQ(reach(points[0]).ways.at(0).backup, 0U);
  EXPECT_EQ(reach(points[1]).ways.at(0).backup, 1U);
  EXPECT_TRUE(restore_points_named(sources_.times, "q").empty());
}

}  // namespace
}  // namespace walstow
