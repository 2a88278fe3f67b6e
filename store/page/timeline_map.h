// The timelines of a cluster's newest era as a drawing to scale. There is one row for each
// timeline, below the row of its parent. Horizontal positions are percentages of the distance
// between the first and the last LSN. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/wal/lsn.h"
#include "store/metrics/cluster_metrics.h"

namespace walstow {

// Only the newest timelines are drawn. Tables and counts report the rest.
inline constexpr std::size_t kMostTimelinesDrawn = 20;
inline constexpr std::size_t kMostStandbysDrawn = 8;  // per timeline
inline constexpr std::size_t kMostHoldsDrawn = 4;

struct MapSpan {
  double from = 0, to = 0;
};

struct MapStandby {
  double at = 0;     // the end of the segment that the standby has reached
  double until = 0;  // the log from `at` to here is what the standby lacks
  const PositionReport* report = nullptr;
};

struct MapHole {
  MapSpan span;
  const HoleReport* report = nullptr;
};

struct MapBackup {
  MapSpan span;  // from the backup's start to the position at which it is consistent
  const BackupReport* report = nullptr;
};

struct MapBreak {
  double at = 0;
  const BreakReport* report = nullptr;
};

struct MapRow {
  const TimelineReport* report = nullptr;
  double begin = 0;                       // where the timeline branched off, or the start of
                                          // its first segment
  std::optional<std::size_t> parent_row;  // nullopt: there is no parent, or its row is not drawn
  std::vector<MapSpan> ranges;
  std::vector<MapHole> holes;
  std::vector<MapBackup> backups;
  std::vector<MapBreak> breaks;
  std::vector<MapStandby> standbys;  // the standby that is farthest behind comes first
};

struct MapHold {
  double at = 0;
  const HoldReport* report = nullptr;
};

// A map refers to the ClusterState from which it was made, which must outlive the map.
struct TimelineMap {
  Lsn from, to;
  std::vector<MapRow> rows;  // each row is below the row of its parent
  std::optional<double> floor;
  std::vector<MapHold> holds;
  std::size_t timelines_left_out = 0;
};

// Returns nullopt if there is no segment to draw.
std::optional<TimelineMap> map_of(const ClusterState& state);

}  // namespace walstow
