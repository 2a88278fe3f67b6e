// The times of consecutive segments of one log, with the records that continue in the next segment.
// Pure.
//
// A COMMIT or ABORT record that continues counts only if a later segment has its end: the server
// may have abandoned the record (segment_times.h). The time of such a record may lie in either
// segment.
#pragma once

#include <optional>
#include <vector>

#include "store/recovery/log_times.h"

namespace walstow {

struct ChainSegment {
  Timeline timeline;
  SegmentNumber number;
  const SegmentFacts* facts = nullptr;  // nullptr: not known
  // The following members are set by join_records().
  // The latest time of a record that begins here, and is certain to be complete in the chain.
  std::optional<TimeMicro> latest;
  // Where the last such record begins.
  std::optional<Lsn> last_record;
  // The time of the record that continues, if it may be complete.
  std::optional<TimeMicro> possible_time;
  // The record that continues may be a COMMIT or ABORT and complete, and its time is not known.
  bool has_unknown_time = false;
};

// Joins the parts of each record that continues. The segments are consecutive, in ascending order.
void join_records(std::vector<ChainSegment>& chain);

}  // namespace walstow
