// Timeline history files: the ancestors of a timeline, and where each was left. Pure.
// Source: PostgreSQL src/backend/access/transam/timeline.c (readTimeLineHistory).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wal/lsn.h"

namespace walstow {

struct TimelineSwitch {
  Timeline parent;
  Lsn left_at;         // where the parent was left
  std::string reason;  // free text from PostgreSQL
};

struct TimelineHistory {
  Timeline timeline;                     // the file's own
  std::vector<TimelineSwitch> ancestry;  // oldest first, ids ascending
};

struct TimelineHistoryResult {
  std::optional<TimelineHistory> history;
  std::string problem;  // with the line's number, when there is no history
};
// Skips blank lines and lines that start with '#', as PostgreSQL does.
TimelineHistoryResult parse_timeline_history(Timeline own, std::string_view content);

// Returns why no log can have that history; "" when one can. Positions ascend from one timeline to
// the next, and none is in segment 0, in which no log begins. There is no upper limit: after an
// outage of the archive, a promotion's history arrives first, and its position lies far beyond
// everything archived.
std::string impossible_place(const TimelineHistory& history, SegmentSize size);

// PostgreSQL reads any length; a history line is under 1 kB, and a cluster has few timelines. The
// number equals the histories that an era may have (store/files/put_bounds.h): a server with more
// promotions could not archive them all.
inline constexpr std::size_t kMostAncestors = 1000;
inline constexpr std::size_t kLargestHistoryFile = std::size_t{1} << 20;
inline constexpr std::size_t kLargestBackupFile = std::size_t{1} << 20;

}  // namespace walstow
