// Compares two objects of one segment: where each of them ends, and where they first differ.
// Blocking; memory does not grow with the segments.
#pragma once

#include "proto/wal/segment_end.h"
#include "store/backend/backend.h"

namespace walstow {

// Reads both from the first byte to the last, whatever differs. Throws Error{kDamaged} if one of
// them fails its own checks.
SegmentPair compare_segments(ObjectSource& standing, ObjectSource& newcomer);

// Whether two whole objects contain the same bytes. Throws Error{kDamaged} as above.
bool same_content(ObjectSource& one, ObjectSource& other);

// "its records break off at 0/3000128 ...", for SegmentEnd::broken.
std::string describe_break(const WalFileName& segment, SegmentSize size, std::uint64_t offset);

// "the log from 0/2FFFFF0 in ... does not continue in ... as it should: ...", for two segments of
// which either may be damaged. `broken`: the result of RecordsAcrossSegments::add() for `segment`,
// after `before`.
std::string describe_joint(const WalFileName& before, const WalFileName& segment, SegmentSize size,
                           Lsn broken);

// The position of `offset` in the log, for people: "0/3000128". `segment` is a kSegment.
std::string lsn_text(const WalFileName& segment, SegmentSize size, std::uint64_t offset);

}  // namespace walstow
