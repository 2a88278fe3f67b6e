#include "store/inventory/forked_timeline.h"

#include <algorithm>
#include <utility>

#include "proto/wal/file_name.h"
#include "proto/wal/lsn.h"
#include "proto/wire/command.h"

namespace walstow {
namespace {

const TimelineReport* find(const EraReport& era, std::uint32_t timeline) {
  const auto found = std::ranges::find(era.timelines, timeline, &TimelineReport::timeline);
  return found == era.timelines.end() ? nullptr : &*found;
}

// The time comes from the store's clock, in seconds; for two in one second the position decides.
using Age = std::pair<Time, std::uint64_t>;

std::optional<Age> newest_of(const TimelineReport& timeline, SegmentSize size) {
  if (!timeline.newest || timeline.ranges.empty()) return std::nullopt;
  const auto name = WalFileName::parse(timeline.ranges.back().last);
  if (!name) return std::nullopt;
  return Age{*timeline.newest, name->number(size).value};
}

struct Way {
  enum class Result { kFound, kNone, kUnknown } result = Result::kUnknown;
  std::string left_at = {};
};

// The path from `timeline` to the ancestor `wanted`.
Way way_to(const EraReport& era, const TimelineReport* timeline, std::uint32_t wanted) {
  while (timeline != nullptr) {
    if (!timeline->parent) {
      const bool is_first = timeline->timeline == 1 || timeline == &era.timelines.front();
      return {is_first ? Way::Result::kNone : Way::Result::kUnknown};
    }
    if (*timeline->parent == wanted) return {Way::Result::kFound, timeline->left_parent_at};
    if (*timeline->parent >= timeline->timeline) return {Way::Result::kUnknown};
    // All ancestors further up have lower numbers.
    if (*timeline->parent < wanted) return {Way::Result::kNone};
    timeline = find(era, *timeline->parent);
  }
  return {Way::Result::kUnknown};
}

}  // namespace

std::optional<ForkedTimeline> find_forked_timeline(const EraReport& era) {
  const auto name = parse_era_name(era.era);
  const auto size = name ? SegmentSize::from_bytes(name->segment_size) : std::nullopt;
  if (!size || era.timelines.empty()) return std::nullopt;
  const TimelineReport* highest = nullptr;
  const TimelineReport* in_use = nullptr;
  std::optional<Age> newest;
  for (const TimelineReport& timeline : era.timelines) {
    if (highest == nullptr || timeline.timeline > highest->timeline) highest = &timeline;
    const auto age = newest_of(timeline, *size);
    if (!age || (newest && *age <= *newest)) continue;
    newest = age;
    in_use = &timeline;
  }
  if (in_use == nullptr || in_use == highest) return std::nullopt;
  const Way way = way_to(era, highest, in_use->timeline);
  if (way.result == Way::Result::kUnknown) return std::nullopt;
  if (way.result == Way::Result::kFound) {
    const auto left_at = parse_lsn(way.left_at);
    if (!left_at || newest->second <= segment_of(*left_at, *size).value) return std::nullopt;
  }
  return ForkedTimeline{
      .highest = highest->timeline, .in_use = in_use->timeline, .left_at = way.left_at};
}

}  // namespace walstow
