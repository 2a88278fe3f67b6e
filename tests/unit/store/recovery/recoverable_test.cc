// The answer of a status against the complete rule.
#include "store/recovery/recoverable.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/store/recovery/random_archives.h"

namespace walstow {
namespace {

using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TimesOf index_of(const World& world) {
  return [&world](Timeline timeline, SegmentNumber number) {
    return times_of(world.logs.at(timeline.value), number.value);
  };
}

TimeMicro latest_needed_by(const World& world, const Recoverable& recoverable) {
  TimeMicro latest;
  const std::uint64_t first = segment_at(recoverable.backup.start);
  const std::uint64_t needed = last_needed(recoverable.backup, kSize).value;
  const std::uint64_t last = recoverable.path.stretches.back().run.last();
  for (const LogRecord& record : world.logs.at(recoverable.path.target.value)) {
    const bool is_needed = segment_at(record.begin) >= first &&
                           segment_at(record.begin) <= needed &&
                           segment_at(Lsn{record.end.value - 1}) <= last;
    if (record.kind == LogRecord::Kind::kEnd && is_needed && !record.is_abandoned)
      latest = std::max(latest, record.time);
  }
  return latest;
}

class RecoverableOracleTest : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Seeds, RecoverableOracleTest, testing::Range(1U, 5U));

TEST_P(RecoverableOracleTest, PromisesNoMoreThanTheCompleteRule) {
  RandomArchives archives(GetParam() + 300);
  std::size_t with_times = 0, without_recovery = 0;
  for (int i = 0; i < 400; ++i) {
    const World world = archives.next();
    const RecoverySources sources = sources_of(world);
    const std::vector<RecoveryWindow> windows = recovery_windows(sources);
    for (const auto& [id, _] : world.logs) {
      const RecoveryWindow* best = nullptr;
      for (const RecoveryWindow& one : windows) {
        if (one.path.target.value != id || !one.path.consistent) continue;
        const auto start_of_one = sources.backups[one.backup].start;
        if (best == nullptr || *one.end > *best->end ||
            (*one.end == *best->end && start_of_one < sources.backups[best->backup].start))
          best = &one;
      }
      const auto found =
          furthest_recovery(sources.log, sources.barriers, sources.backups, Timeline{id});
      ASSERT_EQ(found.has_value(), best != nullptr) << i;
      if (!found) {
        ++without_recovery;
        continue;
      }
      EXPECT_EQ(found->path, best->path) << i;
      EXPECT_EQ(found->backup.start, sources.backups[best->backup].start) << i;
      const RecoverableTimes times = recoverable_times(*found, sources.log, index_of(world));
      if (!times.to) continue;
      ++with_times;
      // Clocks are set back in these logs, also before the segments that are read.
      EXPECT_GE(times.from, latest_needed_by(world, *found)) << i;
      if (best->to) {
        EXPECT_LE(*times.to, *best->to) << i;
      } else {
        EXPECT_LT(times.from, *best->from) << i;
      }
    }
  }
  EXPECT_GT(with_times, 50U);
  EXPECT_GT(without_recovery, 50U);
}

// A log of timeline 1 whose segment n has one transaction, n minutes after the start.
class RecoverableTest : public testing::Test {
 protected:
  static SegmentTimes minute(std::uint64_t number) {
    SegmentTimes times{.restore_points = {}};
    times.known = true;
    times.earliest = times.latest = kStart + minutes(number);
    return times;
  }
  static Lsn at(std::uint64_t segment, std::uint64_t offset) {
    return Lsn{start_of(SegmentNumber{segment}, kSize).value + offset};
  }
  RecoverableTest() {
    KnownTimeline timeline;
    timeline.timeline = Timeline{1};
    timeline.runs = {{.first = 1, .count = 9}};
    log.timelines = {timeline};
  }
  RecoverableReport report() const {
    const auto found = furthest_recovery(log, barriers, {backup}, Timeline{1});
    return to_report(*found, recoverable_times(*found, log, times), kSize);
  }

  KnownLog log{.size = kSize, .timelines = {}, .prunes = {}};
  std::vector<Barrier> barriers;
  BaseBackup backup{.name = "one",
                    .label = "",
                    .timeline = Timeline{1},
                    .start = at(3, 40),
                    .stop = at(4, 400),
                    .started = {},
                    .stopped = kStart + minutes(5)};
  TimesOf times = [](Timeline, SegmentNumber number) { return minute(number.value); };
};

TEST_F(RecoverableTest, FromTheBackupToTheLastTransaction) {
  const RecoverableReport found = report();
  EXPECT_EQ(found.backup, "one");
  EXPECT_EQ(found.timeline, 1U);
  EXPECT_EQ(found.from, kStart + minutes(4));
  EXPECT_EQ(found.to, kStart + minutes(9) - microseconds(1));
  EXPECT_EQ(found.end, to_string(at(10, 0)));
  EXPECT_EQ(found.missing, "");
}

TEST_F(RecoverableTest, AHoleEndsIt) {
  log.timelines.front().runs = {{.first = 1, .count = 6}, {.first = 8, .count = 2}};
  EXPECT_EQ(report().missing, "000000010000000000000007");
  EXPECT_EQ(report().to, kStart + minutes(6) - microseconds(1));
}

TEST_F(RecoverableTest, ABrokenSegmentEndsIt) {
  barriers = {{.timeline = Timeline{1}, .number = SegmentNumber{8}}};
  EXPECT_EQ(report().missing, "000000010000000000000008");
}

TEST_F(RecoverableTest, SegmentsThatTheIndexLacks) {
  times = [](Timeline, SegmentNumber number) {
    return number.value < 5 ? std::nullopt : std::optional(minute(number.value));
  };
  EXPECT_EQ(report().from, kStart + minutes(5) + seconds(1)) << "after the backup";
  EXPECT_EQ(report().to, kStart + minutes(9) - microseconds(1));
  times = [](Timeline, SegmentNumber) { return std::nullopt; };
  EXPECT_EQ(report().to, std::nullopt);
}

TEST_F(RecoverableTest, QuietSegmentsAtTheEndArePassed) {
  times = [](Timeline, SegmentNumber number) {
    SegmentTimes found = minute(number.value);
    if (number.value > 7) found.earliest = found.latest = std::nullopt;
    return std::optional(found);
  };
  EXPECT_EQ(report().to, kStart + minutes(7) - microseconds(1));
}

TEST_F(RecoverableTest, NoTransactionSinceTheBackup) {
  times = [](Timeline, SegmentNumber number) {
    SegmentTimes found = minute(number.value);
    if (number.value > 4) found.earliest = found.latest = std::nullopt;
    return std::optional(found);
  };
  EXPECT_EQ(report().from, kStart + minutes(4));
  EXPECT_EQ(report().to, std::nullopt);
}

// Segment `number` of a log in which segment `open` has a COMMIT that continues in the next one.
SegmentTimes around_open_record(SegmentTimes found, std::uint64_t number, std::uint64_t open) {
  found.first_record = found.last_complete = found.last_record =
      start_of(SegmentNumber{number}, kSize);
  if (number == open) {
    found.last_record = Lsn{found.last_record->value + 400};
    found.open_time = kStart + minutes(20);
  }
  return found;
}

TEST_F(RecoverableTest, ARecordThatTheServerHasGivenUpDoesNotCount) {
  const auto with_open = [](std::uint64_t open, bool is_complete) {
    return [=](Timeline, SegmentNumber number) {
      SegmentTimes found = around_open_record(minute(number.value), number.value, open);
      if (number.value > 8) found.earliest = found.latest = std::nullopt;
      if (is_complete && number.value == open + 1) {
        found.rest_head = RecordHead(as_bytes("rest"));
        found.rest_end = found.first_record;
      }
      return std::optional(found);
    };
  };
  times = with_open(8, false);
  EXPECT_EQ(report().to, kStart + minutes(8) - microseconds(1));
  times = with_open(8, true);
  EXPECT_EQ(report().to, kStart + minutes(20) - microseconds(1));
  times = with_open(4, false);
  EXPECT_EQ(report().from, kStart + minutes(4));
  times = with_open(4, true);
  EXPECT_EQ(report().from, kStart + minutes(20));
}

TEST_F(RecoverableTest, TheTimeOfARecordThatIsNotKnown) {
  times = [](Timeline, SegmentNumber number) {
    SegmentTimes found = around_open_record(minute(number.value), number.value, 3);
    found.open_time.reset();
    if (number.value == 3) found.open_head = RecordHead();
    found.rest_head = RecordHead();
    return std::optional(found);
  };
  EXPECT_EQ(report().from, kStart + minutes(5) + seconds(1)) << "after the backup";
}

TEST_F(RecoverableTest, ReadsABoundedNumberOfSegments) {
  log.timelines.front().runs = {{.first = 1, .count = 1'000'000}};
  backup.stop = at(900'000, 400);
  std::size_t reads = 0;
  times = [&reads](Timeline, SegmentNumber) {
    ++reads;
    SegmentTimes quiet{.restore_points = {}};
    quiet.known = true;
    return std::optional(quiet);
  };
  EXPECT_EQ(report().from, kStart + minutes(5) + seconds(1));
  EXPECT_EQ(report().to, std::nullopt);
  EXPECT_LE(reads, 2 * (2 * kMostEndSegments + kMostBefore));
}

}  // namespace
}  // namespace walstow
