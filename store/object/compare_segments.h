// Compares two objects of one segment: where the log in each of them ends, and where they first
// differ. Blocking. The memory used does not depend on the size of the segments.
#pragma once

#include "proto/wal/segment_end.h"
#include "store/backend/backend.h"

namespace walstow {

// Reads both objects from the first byte to the last, even after a difference. Throws
// Error{kDamaged} if one of them fails its own checks.
SegmentPair compare_segments(ObjectSource& existing, ObjectSource& incoming);

// Returns whether two whole objects contain the same bytes. Throws Error{kDamaged} if one of them
// fails its own checks.
bool same_content(ObjectSource& one, ObjectSource& other);

// Returns "its records break off at 0/3000128 ...", for SegmentEnd::broken.
std::string describe_break(const WalFileName& segment, SegmentSize size, std::uint64_t offset);

// Describes the point at which the log breaks off between `before` and `segment`: "the log from
// 0/2FFFFF0 in ... does not continue in ... as it should: ...". Either segment may be damaged.
// `broken` is what RecordsAcrossSegments::add() returned for `segment` when `before` was the
// previous segment.
std::string describe_joint(const WalFileName& before, const WalFileName& segment, SegmentSize size,
                           Lsn broken);

// Returns the position of `offset` in the log, for messages: "0/3000128". `segment` is a kSegment.
std::string lsn_text(const WalFileName& segment, SegmentSize size, std::uint64_t offset);

}  // namespace walstow
