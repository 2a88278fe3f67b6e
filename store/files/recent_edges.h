// Remembers how the segments begin and end that this process received last, to report a record that
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
  // A segment that stands. The last kMost of a cluster are remembered.
  void add(std::string_view cluster, const EraName& era, const SegmentContent& content,
           const SegmentEdges& edges);
  // Another content stands in its place, or none.
  void forget(std::string_view cluster, const EraName& era, const SegmentContent& content);

  // The first place, at or behind `content` and as far as a record goes on, where the log breaks
  // off between two segments; for a segment that stands or is about to. A neighbour that is not
  // remembered joins anything, and so does the first segment of a timeline.
  std::optional<LogBreak> find_break(std::string_view cluster, const EraName& era,
                                     const SegmentContent& content,
                                     const SegmentEdges& edges) const;

  // A record has a gigabyte at most (XLogRecordMaxSize): 64 segments of 16 MB. Of smaller segments
  // a record that long is not judged.
  static constexpr std::size_t kMost = 72;

 private:
  struct Known {
    EraName era;
    SegmentContent content;
    SegmentEdges edges;
  };
  using Segments = std::deque<Known>;  // in the order in which they came

  mutable std::mutex mutex_;
  std::map<std::string, Segments, std::less<>> of_cluster_;  // guarded by mutex_
};

}  // namespace walstow
