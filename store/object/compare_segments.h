// Two objects of one segment, read side by side: where either ends, and where they begin to differ.
// Blocking; memory does not grow with the segments.
#pragma once

#include "proto/wal/segment_end.h"
#include "store/backend/backend.h"

namespace walstow {

// Both are read from the first byte to the last, whatever differs. Throws Error{kDamaged} where one
// fails its own checks.
SegmentPair compare_segments(ObjectSource& standing, ObjectSource& newcomer);

// Whether two whole objects hold the same bytes. Throws Error{kDamaged} as above.
bool same_content(ObjectSource& one, ObjectSource& other);

// "its records break off at 0/3000128 ...", of SegmentEnd::broken.
std::string describe_break(const WalFileName& segment, SegmentSize size, std::uint64_t offset);

// "the log from 0/2FFFFF0 in ... does not continue in ... as it should: ...", of two segments of
// which either may be damaged. `broken`: RecordsAcrossSegments::add() of `segment`,
// when it came behind `before`.
std::string describe_joint(const WalFileName& before, const WalFileName& segment, SegmentSize size,
                           Lsn broken);

// Where it ends in the log, for people: "0/3000128"; of `segment`, a kSegment.
std::string lsn_text(const WalFileName& segment, SegmentSize size, std::uint64_t offset);

}  // namespace walstow
