#include "store/admin/log/segment_range.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/wal/file_name.h"

namespace walstow {
namespace {

struct End {
  std::optional<Timeline> timeline;  // set for the name of a segment
  SegmentNumber number;
};

enum class Side { kFrom, kTo };

End parse_end(const std::string& text, SegmentSize size, Side side) {
  const auto file = WalFileName::parse(text);
  if (file && file->kind() == FileKind::kSegment && file->fits(size)) {
    return {file->timeline(), file->number(size)};
  }
  if (const auto lsn = parse_lsn(text)) {
    if (side == Side::kFrom) return {std::nullopt, segment_of(*lsn, size)};
    if (const auto last = last_segment_before(*lsn, size)) return {std::nullopt, *last};
  }
  throw Error(
      ErrorKind::kUsage,
      fmt::format("\"{}\" is neither a segment of {} nor an LSN", escaped(text), to_string(size)),
      "A range goes from one segment or LSN to another: 000000010000000A000000FF or "
      "A/FF000028.");
}

Timeline timeline_of(const EraReport& era, const RangeText& range, const End& to) {
  if (to.timeline && range.timeline && *to.timeline != *range.timeline) {
    throw Error(ErrorKind::kUsage,
                fmt::format("\"{}\" is not on timeline {}", range.to, range.timeline->value));
  }
  if (to.timeline) return *to.timeline;
  if (range.timeline) return *range.timeline;
  if (const auto newest = newest_timeline(era)) return *newest;
  throw Error(ErrorKind::kUsage, "the cluster has no timeline yet");
}

// nullopt: the timeline has a known parent, needs none, or has no segments.
std::optional<SegmentNumber> first_without_history(const EraReport& era, Timeline timeline) {
  const auto report = std::ranges::find(era.timelines, timeline.value, &TimelineReport::timeline);
  if (timeline == Timeline{1} || report == era.timelines.end() || report->parent ||
      report->ranges.empty())
    return std::nullopt;
  const auto first = WalFileName::parse(report->ranges.front().first);
  return first ? std::optional(first->number(segment_size_in(era))) : std::nullopt;
}

}  // namespace

bool is_end_of_range(const std::string& text) {
  const auto file = WalFileName::parse(text);
  return (file && file->kind() == FileKind::kSegment) || parse_lsn(text).has_value();
}

std::vector<LogPart> parts_between(const EraReport& era, const RangeText& range) {
  const SegmentSize size = segment_size_in(era);
  const End from = parse_end(range.from, size, Side::kFrom);
  const End to = parse_end(range.to, size, Side::kTo);
  if (from.number > to.number) {
    throw Error(ErrorKind::kUsage,
                fmt::format("\"{}\" is later than \"{}\"", range.from, range.to));
  }
  const std::uint64_t count = to.number.value - from.number.value + 1;
  if (count > kMostSegmentsOfRange) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the range has {} segments, more than the maximum of {}", count,
                            kMostSegmentsOfRange),
                "Get it in parts.");
  }
  const Timeline timeline = timeline_of(era, range, to);
  std::vector<LogPart> parts = log_parts(era, timeline, to.number);
  std::erase_if(parts, [&](const LogPart& part) { return part.last < from.number; });
  LogPart& oldest = parts.front();
  oldest.first = std::max(oldest.first, from.number);
  const auto first_known = first_without_history(era, oldest.timeline);
  const bool is_before_it = !from.timeline || *from.timeline < oldest.timeline;
  if (first_known && is_before_it && *first_known <= oldest.last) {
    oldest.first = std::max(oldest.first, *first_known);
    return parts;
  }
  if (from.timeline && *from.timeline != oldest.timeline) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("\"{}\" is not a part of the log of timeline {}, which has \"{}\" there",
                    range.from, timeline.value,
                    WalFileName::segment(oldest.timeline, from.number, size).text()));
  }
  if (to.timeline && *to.timeline != parts.back().timeline) {
    throw Error(ErrorKind::kUsage,
                fmt::format("timeline {} began after \"{}\"", to.timeline->value, range.to));
  }
  return parts;
}

}  // namespace walstow
