// What is missing of a log: pure, from what stands of each timeline and where it came from.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "proto/wal/lsn.h"

namespace walstow {

// Segments one after the other.
struct SegmentRun {
  std::uint64_t first = 0;  // SegmentNumber
  std::uint64_t count = 0;
  std::uint64_t last() const { return first + count - 1; }
  bool operator==(const SegmentRun&) const = default;
};

struct Branch {
  Timeline parent;
  Lsn left_at;  // where the parent was left; the segment that holds it is on the new timeline, too
  bool operator==(const Branch&) const = default;
};

struct TimelineRuns {
  Timeline timeline;
  std::vector<SegmentRun> runs;  // ascending, none touches the next
  std::optional<Branch> branch;  // nullopt: not known
};

struct Hole {
  Timeline timeline;
  SegmentRun missing;
  bool operator==(const Hole&) const = default;
};

// Segments that are not there although something before them is, and what comes after them: on
// their own timeline, or on one that branches off behind them. A recovery along that line cannot
// pass. Where nothing stands before, the log begins, as it does after pruning. `timelines` in
// ascending order; so is the result, and none touches the next.
std::vector<Hole> holes_of(const std::vector<TimelineRuns>& timelines, SegmentSize size);

// The newest segment of the line that leads on from `reached` on `timeline`: there, or on a
// timeline that has branched off in that segment or later. nullopt: there is none.
std::optional<SegmentNumber> newest_of_line(const std::vector<TimelineRuns>& timelines,
                                            SegmentSize size, Timeline timeline,
                                            SegmentNumber reached);

}  // namespace walstow
