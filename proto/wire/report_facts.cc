#include "proto/wire/report_facts.h"

#include <algorithm>

#include "proto/wal/file_name.h"

namespace walstow {

std::optional<SegmentSize> segment_size_of(const EraReport& era) {
  const auto name = parse_era_name(era.era);
  return name ? SegmentSize::from_bytes(name->segment_size) : std::nullopt;
}

std::optional<SegmentNumber> segment_named(const std::string& name, SegmentSize size) {
  const auto file = WalFileName::parse(name);
  if (!file || file->kind() != FileKind::kSegment || !file->fits(size)) return std::nullopt;
  return file->number(size);
}

std::optional<Lsn> end_of(const TimelineReport& timeline, SegmentSize size) {
  if (timeline.ranges.empty()) return std::nullopt;
  const auto newest = segment_named(timeline.ranges.back().last, size);
  if (!newest) return std::nullopt;
  return start_of(SegmentNumber{newest->value + 1}, size);
}

std::optional<Time> newest_put(const ClusterReport& report) {
  std::optional<Time> newest;
  for (const EraReport& era : report.eras) {
    for (const TimelineReport& timeline : era.timelines)
      newest = std::max(newest, timeline.newest);
  }
  return newest;
}

const std::string& name_of(const PositionReport& standby) {
  return standby.standby.empty() ? standby.host : standby.standby;
}

}  // namespace walstow
