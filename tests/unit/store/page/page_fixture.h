// An archive's state with everything that the status page shows.
#pragma once

#include <string>

#include "store/metrics/archive_snapshot.h"

namespace walstow {

inline Time at_second(std::int64_t seconds) {
  return Time(std::chrono::seconds(seconds));
}
inline const Time kNow = at_second(1'000'000);

// Three timelines of segments of 16 MB. Timeline 1 has segments 1 to 10, but lacks 4 and 5; 2 left
// it in segment 7 and ends with 9; 3 left 2 in segment 8 and ends with 16. One standby is at the
// end of timeline 3, another one has reached segment 8 of timeline 2. `text` is in every place that
// comes from outside.
inline ClusterState busy_cluster(const std::string& text = "plain") {
  TimelineReport first{.timeline = 1, .parent = {}, .left_parent_at = ""};
  first.ranges = {{"000000010000000000000001", "000000010000000000000003", 3},
                  {"000000010000000000000006", "00000001000000000000000A", 5}};
  first.segments = 8;
  first.stored_bytes = 8 << 20;
  first.newest = kNow - std::chrono::hours(2);
  first.backups = 1;
  first.backup_files = {{.name = "000000010000000000000002.00000028.backup",
                         .era = "001-5-16777216",
                         .timeline = 1,
                         .start = "0/2000028",
                         .stop = "0/2000100",
                         .first = "000000010000000000000002",
                         .last = "000000010000000000000002",
                         .label = text,
                         .stopped = kNow - std::chrono::hours(3)}};
  TimelineReport second{.timeline = 2, .parent = 1, .left_parent_at = "0/7800000"};
  second.ranges = {{"000000020000000000000007", "000000020000000000000009", 3}};
  second.segments = 3;
  second.newest = kNow - std::chrono::hours(1);
  TimelineReport third{.timeline = 3, .parent = 2, .left_parent_at = "0/8800000"};
  third.ranges = {{"000000030000000000000008", "000000030000000000000010", 9}};
  third.segments = 9;
  third.newest = kNow - std::chrono::minutes(2);

  EraReport era{.era = "001-5-16777216"};
  era.timelines = {first, second, third};
  era.missing = 2;
  era.holes = {{.era = era.era,
                .first = "000000010000000000000004",
                .last = "000000010000000000000005",
                .count = 2}};
  era.retention = RetentionReport{.policy = PolicyReport{.policy = {.keep_backups = 2},
                                                         .by = text,
                                                         .set = kNow - std::chrono::hours(9)},
                                  .floor = "0/2000000",
                                  .reason = text,
                                  .files = 1,
                                  .stored_bytes = 1 << 20};
  era.recoverable = RecoverableReport{
      .backup = text,
      .timeline = 3,
      .from = TimeMicro(std::chrono::seconds(990'000)),
      .to = TimeMicro(std::chrono::microseconds(std::int64_t{999'800} * 1'000'000 + 999'999)),
      .end = "0/11000000",
      .missing = "000000030000000000000011"};

  ClusterReport report{.archive = "a", .cluster = "main", .eras = {era}, .positions = {}};
  report.positions = {{.client = "db2",
                       .instance = "1a",
                       .standby = text,
                       .host = text,
                       .system = "5",
                       .restartpoint = "00000003000000000000000F",
                       .lowest_handed = "00000003000000000000000F",
                       .last_handed = "000000030000000000000010",
                       .seen = kNow - std::chrono::seconds(20),
                       .behind_segments = 0,
                       .behind_bytes = 0},
                      {.client = "db3",
                       .instance = "1b",
                       .standby = "standby2",
                       .host = "db3.example",
                       .system = "5",
                       .restartpoint = "000000020000000000000007",
                       .lowest_handed = "000000020000000000000007",
                       .last_handed = "000000020000000000000008",
                       .seen = kNow - std::chrono::hours(1),
                       .behind_segments = 8,
                       .behind_bytes = 8 << 24}};
  report.stored_bytes = 20 << 20;
  ClusterState state{.cluster = "main", .report = report};
  state.holds = {{.id = "1",
                  .era = era.era,
                  .from = "000000010000000000000003",
                  .to = "",
                  .reason = text,
                  .by = text,
                  .added = kNow - std::chrono::hours(5)}};
  return state;
}

// Nothing is wrong with it.
inline ClusterState well_cluster(const std::string& name = "main") {
  ClusterState state = busy_cluster();
  state.cluster = name;
  state.report->cluster = name;
  EraReport& era = state.report->eras.back();
  era.missing = 0;
  era.holes.clear();
  era.timelines.front().ranges = {{"000000010000000000000001", "00000001000000000000000A", 10}};
  return state;
}

inline ArchiveSnapshot snapshot_of(std::vector<ClusterState> clusters) {
  ArchiveSnapshot snapshot;
  snapshot.taken = kNow - std::chrono::seconds(4);
  snapshot.clusters = std::move(clusters);
  return snapshot;
}

}  // namespace walstow
