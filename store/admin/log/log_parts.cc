#include "store/admin/log/log_parts.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/wal/segment_header.h"

namespace walstow {
namespace {

const TimelineReport* report_of(const EraReport& era, Timeline timeline) {
  const auto found = std::ranges::find(era.timelines, timeline.value, &TimelineReport::timeline);
  return found == era.timelines.end() ? nullptr : &*found;
}

}  // namespace

std::vector<LogPart> log_parts(const EraReport& era, Timeline timeline, SegmentNumber last) {
  const SegmentSize size = segment_size_in(era);
  std::vector<LogPart> parts;
  for (;;) {
    const TimelineReport* const report = report_of(era, timeline);
    const auto left_at = report == nullptr ? std::nullopt : parse_lsn(report->left_parent_at);
    // A parent is an older timeline: a report that contradicts this cannot make the loop endless.
    if (!left_at || !report->parent || *report->parent >= timeline.value) break;
    const SegmentNumber begin = segment_of(*left_at, size);
    if (last >= begin) {
      parts.push_back({.timeline = timeline, .first = begin, .last = last});
      if (begin.value == 0) break;
      last = SegmentNumber{begin.value - 1};
    }
    timeline = Timeline{*report->parent};
  }
  if (parts.empty() || parts.back().first.value > 0) {
    parts.push_back({.timeline = timeline, .first = SegmentNumber{0}, .last = last});
  }
  std::ranges::reverse(parts);
  return parts;
}

std::optional<SegmentNumber> last_segment_before(Lsn lsn, SegmentSize size) {
  const SegmentNumber number = segment_of(lsn, size);
  const std::uint64_t offset = lsn.value - start_of(number, size).value;
  if (offset > kSegmentHeaderSize) return number;
  if (number.value == 0) return std::nullopt;
  return SegmentNumber{number.value - 1};
}

std::optional<Timeline> newest_timeline(const EraReport& era) {
  if (era.timelines.empty()) return std::nullopt;
  return Timeline{std::ranges::max(era.timelines, {}, &TimelineReport::timeline).timeline};
}

SegmentSize segment_size_in(const EraReport& era) {
  const auto name = parse_era_name(era.era);
  const auto size = name ? SegmentSize::from_bytes(name->segment_size) : std::nullopt;
  if (size) return *size;
  throw Error(ErrorKind::kUnavailable,
              fmt::format("the store sent an invalid era \"{}\"", escaped(era.era)));
}

}  // namespace walstow
