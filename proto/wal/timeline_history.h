// Timeline history files: which timelines one descends from, and where each was left. Pure.
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
  std::string reason;  // free text of PostgreSQL's
};

struct TimelineHistory {
  Timeline timeline;                     // the file's own
  std::vector<TimelineSwitch> ancestry;  // oldest first, ids ascending
};

struct TimelineHistoryResult {
  std::optional<TimelineHistory> history;
  std::string problem;  // with the line's number, when there is no history
};
// Blank lines and lines that start with '#' are passed over, as PostgreSQL does.
TimelineHistoryResult parse_timeline_history(Timeline own, std::string_view content);

// Why no log can have that history; "" when one can. Places ascend from one timeline to the next,
// and none is in segment 0, in which no log begins. How far ahead a place is says nothing: after an
// outage of the archive a promotion's history comes first, and its place lies far beyond all that
// was archived.
std::string impossible_place(const TimelineHistory& history, SegmentSize size);

// PostgreSQL reads any length; a history line is under 1 kB and a cluster has few timelines.
// As many histories as an era may have (store/files/put_bounds.h): a server that was promoted more
// often could not archive them all.
inline constexpr std::size_t kMostAncestors = 1000;
inline constexpr std::size_t kLargestHistoryFile = std::size_t{1} << 20;
inline constexpr std::size_t kLargestBackupFile = std::size_t{1} << 20;

}  // namespace walstow
