// Facts that follow from the reports of clusters. Pure.
#pragma once

#include <optional>
#include <string>

#include "proto/wal/lsn.h"
#include "proto/wire/report.h"

namespace walstow {

// Returns nullopt if the name in `era` is not the name of an era, as in a damaged answer.
std::optional<SegmentSize> segment_size_of(const EraReport& era);
// Returns nullopt if no segment of that size has this name.
std::optional<SegmentNumber> segment_named(const std::string& name, SegmentSize size);
// Returns the position at which the timeline's newest segment ends. Returns nullopt if the timeline
// has no segments.
std::optional<Lsn> end_of(const TimelineReport& timeline, SegmentSize size);
// Returns when the newest segment of all timelines was put. Returns nullopt if there are no
// segments.
std::optional<Time> newest_put(const ClusterReport& report);
// Returns the standby's name, or the name of its host if the standby has no name.
const std::string& name_of(const PositionReport& standby);

}  // namespace walstow
