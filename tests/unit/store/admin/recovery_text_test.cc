#include "store/admin/recovery_text.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace walstow {
namespace {

using namespace std::chrono_literals;

const SegmentSize kOneMegabyte = *SegmentSize::from_bytes(1 << 20);
const TimeMicro kMidnight = *parse_iso8601_micro("2026-11-22T00:00:00.000000Z");

// Segments 1 to 4 and 7 of timeline 1. In segment n, one transaction ended n minutes after
// midnight.
RecoveryLog log_with_hole() {
  RecoveryLog log{.era = {.number = 1, .system_identifier = 7, .segment_size = 1 << 20},
                  .sources = {.log = {.size = kOneMegabyte, .timelines = {}, .prunes = {}},
                              .times = {},
                              .backups = {},
                              .barriers = {}}};
  for (const std::uint64_t number : {1U, 2U, 3U, 4U, 7U}) {
    SegmentTimes times;
    times.known = true;
    times.earliest = times.latest = kMidnight + std::chrono::minutes(number);
    log.sources.times.add(Timeline{1}, SegmentNumber{number}, times);
  }
  KnownTimeline known;
  known.timeline = Timeline{1};
  known.runs = log.sources.times.runs(Timeline{1});
  log.sources.log.timelines = {known};
  log.sources.backups = {{.name = "000000010000000000000002.00000028.backup",
                          .label = "nightly",
                          .timeline = Timeline{1},
                          .start = Lsn{0x200028},
                          .stop = Lsn{0x200100},
                          .started = {},
                          .stopped = kMidnight}};
  return log;
}

std::string text_for(const RecoveryLog& log, const RecoveryTarget& target) {
  const TargetAnswer answer{.target = target,
                            .answer = reach_target(log.sources, target, std::nullopt)};
  return answer_text(log, answer, "main", "walstow-restore --cluster main %f %p");
}

TEST(RecoveryTextTest, AReachedTimeComesWithItsSettings) {
  EXPECT_EQ(text_for(log_with_hole(), kMidnight + 2min + 30s),
            R"(2026-11-22 00:02:30.000000+00 can be reached
  segment      000000010000000000000003
  timeline     1
  base backup  000000010000000000000002.00000028.backup "nightly"
               ended 2026-11-22T00:00:00Z
  WAL          2.0 MB from 0/200028

restore_command = 'walstow-restore --cluster main %f %p'
recovery_target_time = '2026-11-22 00:02:30.000000+00'
recovery_target_timeline = '1'
# PostgreSQL 15 and later read ahead, into the WAL that is missing. There, also set:
# recovery_prefetch = off
)");
}

TEST(RecoveryTextTest, ARestorePointKeepsItsName) {
  RecoveryLog log = log_with_hole();
  SegmentTimes times;
  times.known = true;
  times.restore_points = {{.name = "it's", .time = kMidnight + 3min, .end = Lsn{0x300100}}};
  log.sources.times.add(Timeline{1}, SegmentNumber{3}, times);
  const std::string text = text_for(log, times.restore_points[0]);
  EXPECT_NE(text.find("restore point \"it's\" at 0/300100, created 2026-11-22 00:03:00.000000+00 "
                      "can be reached\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("recovery_target_name = 'it''s'\n"), std::string::npos) << text;
}

// What PostgreSQL compares is not the escaped name.
TEST(RecoveryTextTest, AnUnprintableNameBecomesAnLsn) {
  RecoveryLog log = log_with_hole();
  SegmentTimes times;
  times.known = true;
  times.restore_points = {
      {.name = "two\\x0alines", .time = kMidnight + 3min, .end = Lsn{0x300100}}};
  log.sources.times.add(Timeline{1}, SegmentNumber{3}, times);
  const std::string text = text_for(log, times.restore_points[0]);
  EXPECT_NE(text.find("recovery_target_lsn = '0/300100'\nrecovery_target_inclusive = 'off'\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("recovery_target_name"), std::string::npos) << text;
}

TEST(RecoveryTextTest, ATargetLsnIsTheEndOfTheReplay) {
  RecoveryLog log = log_with_hole();
  SegmentTimes times;
  times.known = true;
  times.first_record = times.last_record = times.last_complete = Lsn{0x300100};
  log.sources.times.add(Timeline{1}, SegmentNumber{3}, times);
  const std::string text = text_for(log, Lsn{0x300100});
  EXPECT_NE(text.find("recovery_target_lsn = '0/300100'\nrecovery_target_inclusive = 'off'\n"),
            std::string::npos)
      << text;
}

TEST(RecoveryTextTest, AMissingHistoryIsNamed) {
  RecoveryLog log = log_with_hole();
  log.missing_histories = {"00000002.history"};
  EXPECT_NE(text_for(log, kMidnight + 2min + 30s).find("MISSING: 00000002.history."),
            std::string::npos);
  EXPECT_NE(text_for(log, kMidnight + 6min).find("00000002.history is missing, so timelines"),
            std::string::npos);
}

TEST(RecoveryTextTest, ARefusalNamesTheReason) {
  RecoveryLog log = log_with_hole();
  EXPECT_EQ(text_for(log, kMidnight + 6min),
            R"(2026-11-22 00:06:00.000000+00 cannot be reached
  HOLE: 000000010000000000000005 .. 000000010000000000000006 are missing. Backup
  000000010000000000000002.00000028.backup "nightly" reaches times up to
  2026-11-22 00:03:59.999999+00, and LSNs below 0/500000.
)");
  EXPECT_EQ(text_for(log, kMidnight + 1min),
            R"(2026-11-22 00:01:00.000000+00 cannot be reached
  No backup was consistent by then. The oldest one is
  000000010000000000000002.00000028.backup "nightly": it reaches times from
  2026-11-22 00:02:00.000000+00, and LSNs from 0/200100.
)");
  log.sources.backups[0].start = log.sources.backups[0].stop = Lsn{0x800100};
  EXPECT_EQ(text_for(log, Lsn{0x800100}),
            R"(0/800100 cannot be reached
  Backup 000000010000000000000002.00000028.backup "nightly" cannot be used. It
  needs 000000010000000000000008, which is not archived.
)");
  log.sources.backups = {};
  EXPECT_EQ(text_for(log, Lsn{0x800100}), R"(0/800100 cannot be reached
  The archive knows no base backup for it; "walstow backup add main" adds one.
)");
}

TEST(RecoveryTextTest, AWindowNamesTheHole) {
  const RecoveryLog log = log_with_hole();
  const auto windows = recovery_windows(log.sources);
  EXPECT_EQ(windows_text(log, windows), R"(era 001-7-1048576
  backup 000000010000000000000002.00000028.backup "nightly"
    ended 2026-11-22T00:00:00Z
    timeline 1
      from 2026-11-22 00:02:00.000000+00
      to   2026-11-22 00:03:59.999999+00
      ends before 0/500000
      HOLE: 000000010000000000000005 .. 000000010000000000000006 are missing.
)");
  EXPECT_EQ(
      boost::json::serialize(windows_object(log, windows)),
      R"({"era":"001-7-1048576","windows":[{"backup":{"name":"000000010000000000000002.00000028.backup",)"
      R"("label":"nightly","timeline":1,"start":"0/200028","stop":"0/200100",)"
      R"("stopped":"2026-11-22T00:00:00Z"},"timeline":1,"from":"2026-11-22T00:02:00.000000Z",)"
      R"("to":"2026-11-22T00:03:59.999999Z","immediate":false,"end":"0/500000","limit":{"reason":"hole",)"
      R"("first":"000000010000000000000005","last":"000000010000000000000006","count":2}}]})");
}

// As log_with_hole(), but segments 1, 5 and 6 were pruned, and segments 2 to 4 kept for a backup.
TEST(RecoveryTextTest, ABackupWhoseLaterWalWasPrunedReachesOnlyItsStop) {
  RecoveryLog log = log_with_hole();
  log.sources.log.timelines[0].runs = {{.first = 2, .count = 3}, {.first = 7, .count = 1}};
  log.sources.log.prunes = {{.limit = SegmentNumber{7},
                             .timeline = {},
                             .has_removed = true,
                             .kept = {{Timeline{1}, SegmentNumber{2}, SegmentNumber{4}}}}};
  BaseBackup& backup = log.sources.backups[0];
  backup.stop = Lsn{0x400100};
  backup.started = kMidnight;
  backup.stopped = kMidnight + 5min;
  const auto windows = recovery_windows(log.sources);
  EXPECT_EQ(windows_text(log, windows), R"(era 001-7-1048576
  backup 000000010000000000000002.00000028.backup "nightly"
    ended 2026-11-22T00:05:00Z
    timeline 1
      consistent only: to its stop at 0/400100
      needs recovery_target = 'immediate'
      and, from PostgreSQL 15 onward, recovery_prefetch = off
      ends before 0/500000
      000000010000000000000005 and what follows was pruned.
)");
  const std::string object = boost::json::serialize(windows_object(log, windows));
  EXPECT_NE(
      object.find(R"("to":null,"immediate":true,"end":"0/500000","limit":{"reason":"pruned",)"),
      std::string::npos)
      << object;
  EXPECT_EQ(text_for(log, kMidnight + 4min + 30s),
            R"(2026-11-22 00:04:30.000000+00 can be reached
  segment      000000010000000000000004
  timeline     1
  base backup  000000010000000000000002.00000028.backup "nightly"
               ended 2026-11-22T00:05:00Z
  WAL          2.0 MB from 0/200028

restore_command = 'walstow-restore --cluster main %f %p'
recovery_target = 'immediate'
recovery_target_timeline = '1'
# PostgreSQL 15 and later read ahead, into the WAL that is missing. There, also set:
# recovery_prefetch = off
)");
  EXPECT_EQ(text_for(log, kMidnight + 6min),
            R"(2026-11-22 00:06:00.000000+00 cannot be reached
  000000010000000000000005 and what follows was pruned. Backup
  000000010000000000000002.00000028.backup "nightly" reaches only its stop at
  0/400100, with recovery_target = 'immediate'.
)");
  backup.start = Lsn{0x500028};
  backup.stop = Lsn{0x600100};
  EXPECT_EQ(windows_text(log, recovery_windows(log.sources)), R"(era 001-7-1048576
  backup 000000010000000000000002.00000028.backup "nightly"
    ended 2026-11-22T00:05:00Z
    timeline 1
      cannot become consistent
      It needs 000000010000000000000005 .. 000000010000000000000006, which was
      pruned.
)");
}

}  // namespace
}  // namespace walstow
