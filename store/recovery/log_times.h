// The index of time of one log, in memory: when the transactions of each segment ended, and the
// restore points. Pure. It takes about 250 bytes for each segment.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/wal/segment_times.h"
#include "store/inventory/absence.h"
#include "store/recovery/recovery_path.h"

namespace walstow {

// The following members are those of SegmentTimes.
struct SegmentFacts {
  SegmentNumber number;
  bool known = false;
  std::optional<TimeMicro> earliest, latest, open_time;
  std::optional<RecordHead> open_head, rest_head;
  std::optional<Lsn> rest_end, first_record, last_record, last_complete;
  bool more_restore_points = false;
  bool is_unfinished = false;  // unfinished_at has a value
};

SegmentFacts facts_of(SegmentNumber number, const SegmentTimes& times);

class LogTimes {
 public:
  struct NamedPoint {
    Timeline timeline;  // of the segment in which its record begins
    SegmentNumber number;
    RestorePoint point;
  };

  // Adds a segment of the archive. If it is known already, the later call counts.
  void add(Timeline timeline, SegmentNumber number, SegmentTimes times);

  // Returns nullptr if the segment was not added.
  const SegmentFacts* find(Timeline timeline, SegmentNumber number) const;
  // Returns the segments that end every path that reaches them, because their log is unfinished, or
  // because their records are not known.
  std::vector<Barrier> barriers() const;
  // Returns all restore points, in the order in which they were added.
  const std::vector<NamedPoint>& points() const { return points_; }
  // Returns whether some segment has restore points that points() lacks.
  bool has_hidden_points() const;
  // Returns the timelines that have segments, ascending, and the runs of their segments.
  std::vector<Timeline> timelines() const;
  std::vector<SegmentRun> runs(Timeline timeline) const;

 private:
  // By number, ascending.
  std::map<Timeline, std::vector<SegmentFacts>> segments_;
  std::vector<NamedPoint> points_;
};

}  // namespace walstow
