#include "store/holes.h"

#include <algorithm>
#include <map>
#include <set>

namespace walstow {
namespace {

// By timeline and first segment: two branches off one timeline miss the same segments of it, the
// later one more of them.
using Found = std::map<std::pair<Timeline, std::uint64_t>, std::uint64_t>;

void add(Found& found, Timeline timeline, std::uint64_t first, std::uint64_t end) {
  if (first >= end) return;
  std::uint64_t& count = found[{timeline, first}];
  count = std::max(count, end - first);
}

const TimelineRuns* find(const std::vector<TimelineRuns>& timelines, Timeline id) {
  const auto found = std::ranges::lower_bound(timelines, id, {}, &TimelineRuns::timeline);
  return found != timelines.end() && found->timeline == id ? &*found : nullptr;
}

// The highest segment below `end`; nullopt: none.
std::optional<std::uint64_t> last_below(const TimelineRuns& timeline, std::uint64_t end) {
  const auto behind = std::ranges::partition_point(
      timeline.runs, [end](const auto& run) { return run.first < end; });
  if (behind == timeline.runs.begin()) return std::nullopt;
  return std::min(std::prev(behind)->last(), end - 1);
}

struct LineStretch {
  Timeline timeline;
  std::uint64_t first, end;
};

// From the first segment that `timeline` has back to what stands on the line before it.
void add_way_to(const std::vector<TimelineRuns>& timelines, const TimelineRuns& timeline,
                SegmentSize size, Found& found) {
  if (!timeline.branch || timeline.runs.empty()) return;
  std::vector<LineStretch> missing;
  const TimelineRuns* at = &timeline;
  std::uint64_t end = timeline.runs.front().first;
  // Parents are older than their children; whatever a forged history says, this ends.
  while (at != nullptr && at->branch && at->branch->parent < at->timeline) {
    const std::uint64_t branched = std::min(segment_of(at->branch->left_at, size).value, end);
    missing.push_back({at->timeline, branched, end});
    const TimelineRuns* const parent = find(timelines, at->branch->parent);
    if (parent == nullptr) return;
    end = branched;
    if (const auto last = last_below(*parent, end)) {
      // What is missing between two of its own segments has been found there.
      const bool is_its_end = *last == parent->runs.back().last();
      if (is_its_end) missing.push_back({parent->timeline, *last + 1, end});
      for (const LineStretch& one : missing)
        add(found, one.timeline, one.first, one.end);
      return;
    }
    at = parent;
  }
}

}  // namespace

std::vector<Hole> holes_of(const std::vector<TimelineRuns>& timelines, SegmentSize size) {
  Found found;
  for (const TimelineRuns& timeline : timelines) {
    for (std::size_t i = 1; i < timeline.runs.size(); ++i)
      add(found, timeline.timeline, timeline.runs[i - 1].last() + 1, timeline.runs[i].first);
    add_way_to(timelines, timeline, size, found);
  }
  std::vector<Hole> holes;
  holes.reserve(found.size());
  for (const auto& [at, count] : found)
    holes.push_back({.timeline = at.first, .missing = {.first = at.second, .count = count}});
  return holes;
}

std::optional<SegmentNumber> newest_of_line(const std::vector<TimelineRuns>& timelines,
                                            SegmentSize size, Timeline timeline,
                                            SegmentNumber reached) {
  std::set<Timeline> line{timeline};
  std::optional<SegmentNumber> newest;
  for (const TimelineRuns& one : timelines) {
    const bool leads_on = one.branch && line.contains(one.branch->parent) &&
                          segment_of(one.branch->left_at, size) >= reached;
    if (leads_on) line.insert(one.timeline);
    if (!line.contains(one.timeline) || one.runs.empty()) continue;
    const SegmentNumber last{one.runs.back().last()};
    if (!newest || *newest < last) newest = last;
  }
  return newest;
}

}  // namespace walstow
