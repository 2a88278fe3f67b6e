// Timeline history files: they list the ancestors of a timeline, and the position at which the log
// branched off each ancestor. Pure. Source: PostgreSQL src/backend/access/transam/timeline.c
// (readTimeLineHistory).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wal/lsn.h"

namespace walstow {

struct TimelineSwitch {
  Timeline parent;
  Lsn left_at;         // where the next timeline branched off the parent
  std::string reason;  // free text from PostgreSQL
};

struct TimelineHistory {
  Timeline timeline;                     // the timeline that the file describes
  std::vector<TimelineSwitch> ancestry;  // the oldest first, with ascending timelines
};

struct TimelineHistoryResult {
  std::optional<TimelineHistory> history;
  std::string problem;  // why `history` is not set, with the number of the faulty line
};
// Skips blank lines and lines that start with '#', as PostgreSQL does.
TimelineHistoryResult parse_timeline_history(Timeline own, std::string_view content);

// Returns the reason why no log can have that history, or "" if a log can have it. The positions
// must ascend from one timeline to the next, and none may be in segment 0, because no log begins
// there. There is no upper limit: after an outage of the archive, the history of a promotion
// arrives first, and its position may lie far beyond everything that was archived.
std::string impossible_place(const TimelineHistory& history, SegmentSize size);

// Returns the reason why the segment `number` of the history's own timeline cannot begin with a
// page of the older timeline `page`, or "" if it can. A server opens a timeline inside a segment:
// it copies the beginning of that segment from the parent timeline, pages included (xlog.c,
// XLogInitNewTimeline, XLogFileCopy; walreceiver streams the copy). It writes every later segment
// itself. Such a page in a later segment shows that the server has only renamed a file of an older
// timeline for later use (RemoveNonParentXlogFiles, InstallXLogFileSegment). Before 9.5, a server
// also copied the segment that ends at the switch.
std::string impossible_first_page(const TimelineHistory& history, SegmentNumber number,
                                  SegmentSize size, Timeline page);

// PostgreSQL itself has no limit. But a line of a history is shorter than 1 kB, and a cluster has
// few timelines. The number equals the limit on histories per era (store/files/put_bounds.h): a
// server with more promotions could not archive all of their histories.
inline constexpr std::size_t kMostAncestors = 1000;
inline constexpr std::size_t kLargestHistoryFile = std::size_t{1} << 20;
inline constexpr std::size_t kLargestBackupFile = std::size_t{1} << 20;

}  // namespace walstow
