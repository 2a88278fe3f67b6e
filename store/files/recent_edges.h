// How the segments that a process was given last begin and end, so that a put shows a record that
// begins in one segment and does not go on in the next as it should. Kept in memory: of a process
// that takes one segment, as at the end of an SSH or a local link, nothing is known before it, and
// a verification with depth finds such a record. Threads: any.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wal/file_name.h"
#include "proto/wal/record_across_segments.h"
#include "proto/wire/refusal.h"

namespace walstow {

// Where two segments of one timeline do not join: either may be the damaged one.
struct BrokenJoint {
  WalFileName before;
  WalFileName segment;
  Lsn at;  // where a reader ends: in `before` or earlier, or at the begin of `segment`
};

class RecentEdges {
 public:
  // Remembers a segment that stands, and says where it does not join those before and behind it,
  // in whatever order they came. Known are the last kMost of a cluster; what is not known joins
  // anything, and so does the first segment of a timeline.
  std::optional<BrokenJoint> add(std::string_view cluster, const EraName& era,
                                 const WalFileName& segment, const SegmentEdges& edges);

  // A record has a gigabyte at most (XLogRecordMaxSize): 64 segments of 16 MB.
  static constexpr std::size_t kMost = 72;

 private:
  struct Known {
    EraName era;
    WalFileName segment;
    SegmentEdges edges;
  };
  using Segments = std::deque<Known>;  // in the order in which they came

  std::mutex mutex_;
  std::map<std::string, Segments, std::less<>> of_cluster_;  // guarded by mutex_
};

}  // namespace walstow
