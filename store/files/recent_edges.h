// Remembers how the last segments that this process received begin and end. So it can detect a
// record that does not continue in the next segment. It keeps this knowledge in memory only. A
// process that receives a single segment (SSH and local links) therefore detects nothing; `walstow
// verify --deep` does. Threads: any.
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
  // Adds an existing segment. The last kMost segments of a cluster are remembered.
  void add(std::string_view cluster, const EraName& era, const SegmentContent& content,
           const SegmentEdges& edges);
  // Call it when other content has replaced the segment, or when the segment no longer exists.
  void forget(std::string_view cluster, const EraName& era, const SegmentContent& content);

  // Returns the first position, at or after `content`, at which the log breaks off between two
  // segments. Looks as far as one record continues. The segment of `content` exists, or is about to
  // be published. No break is reported next to a segment that is not remembered, nor before the
  // first segment of a timeline.
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
