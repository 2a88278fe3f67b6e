// Finds the segments that make up a log, across its timelines. Pure.
#pragma once

#include <optional>
#include <vector>

#include "proto/wal/lsn.h"
#include "proto/wire/report.h"

namespace walstow {

// Consecutive segments of one timeline, both ends included.
struct LogPart {
  Timeline timeline;
  SegmentNumber first, last;
  bool operator==(const LogPart&) const = default;
};

// Returns the log that ends with segment `last` of `timeline`, the oldest timeline first, as the
// histories in `era` describe it. A timeline begins with the segment in which it branched off:
// the file of that segment contains the parent's log up to the branch point. So each number occurs
// once. The oldest part begins with segment 0.
std::vector<LogPart> log_parts(const EraReport& era, Timeline timeline, SegmentNumber last);

// Returns the last segment that has a byte of the log before `lsn`. A position within the header of
// a segment's first page is the segment's start: no record precedes it there. Returns nullopt if no
// log has such a segment.
std::optional<SegmentNumber> last_segment_before(Lsn lsn, SegmentSize size);

// Returns the highest timeline of `era`, or nullopt if it has none.
std::optional<Timeline> newest_timeline(const EraReport& era);

// Returns the segment size in the era's name. Throws Error{kUnavailable} if it has none.
SegmentSize segment_size_in(const EraReport& era);

}  // namespace walstow
