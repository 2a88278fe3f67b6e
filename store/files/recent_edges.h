// Remembers how the segments that this process received last begin and end, to report a record that
// does not continue in the next segment. In memory only: a process that receives one segment (SSH
// and local links) finds nothing; verify --deep does. Threads: any.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wal/record_across_segments.h"
#include "proto/wire/refusal.h"
#include "store/inventory/break_marks.h"

namespace walstow {

class RecentEdges {
 public:
  // Adds an existing segment. The last kMost of a cluster are remembered.
  void add(std::string_view cluster, const EraName& era, const SegmentContent& content,
           const SegmentEdges& edges);
  // Call when another content has replaced it, or none exists.
  void forget(std::string_view cluster, const EraName& era, const SegmentContent& content);

  // The first position at which the log breaks off between two segments, at or after `content`, as
  // far as one record continues. `content` exists or is about to. A segment that is not remembered
  // joins anything, and so does the first segment of a timeline.
  std::optional<LogBreak> find_break(std::string_view cluster, const EraName& era,
                                     const SegmentContent& content,
                                     const SegmentEdges& edges) const;

  // A record has at most a gigabyte (XLogRecordMaxSize): 64 segments of 16 MB. A record that long
  // in smaller segments is not checked.
  static constexpr std::size_t kMost = 72;

 private:
  struct Known {
    EraName era;
    SegmentContent content;
    SegmentEdges edges;
  };
  using Segments = std::deque<Known>;  // in the order of arrival

  mutable std::mutex mutex_;
  std::map<std::string, Segments, std::less<>> of_cluster_;  // guarded by mutex_
};

}  // namespace walstow
