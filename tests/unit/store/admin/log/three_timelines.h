// An era of three timelines, for the tests of this folder: segments 3 to 9 of timeline 1, 7 to 11
// of timeline 2, which left timeline 1 in segment 7, and 11 to 12 of timeline 3, which left
// timeline 2 at the very start of segment 11.
#pragma once

#include "proto/wal/file_name.h"
#include "proto/wire/report.h"

namespace walstow {

inline std::string segment_name(std::uint32_t timeline, std::uint64_t number) {
  return WalFileName::segment(Timeline{timeline}, SegmentNumber{number},
                              *SegmentSize::from_bytes(1U << 20))
      .text();
}

inline TimelineReport timeline_with(std::uint32_t timeline, std::uint64_t first,
                                    std::uint64_t last) {
  return {.timeline = timeline,
          .ranges = {{.first = segment_name(timeline, first),
                      .last = segment_name(timeline, last),
                      .count = last - first + 1}}};
}

inline EraReport three_timelines() {
  EraReport era{
      .era = "001-5-1048576",
      .timelines = {timeline_with(1, 3, 9), timeline_with(2, 7, 11), timeline_with(3, 11, 12)}};
  era.timelines[1].parent = 1;
  era.timelines[1].left_parent_at = "0/700128";
  era.timelines[2].parent = 2;
  era.timelines[2].left_parent_at = "0/B00000";
  return era;
}

}  // namespace walstow
