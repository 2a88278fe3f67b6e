#include "store/retention/timeline_lines.h"

#include <algorithm>

namespace walstow {
TimelineLines::TimelineLines(const RetentionInventory& inventory, const RetentionPolicy& policy,
                             Time now)
    : inventory_(inventory), policy_(policy), now_(now) {
  for (const TimelineFacts& facts : inventory.timelines)
    timelines_.emplace(facts.timeline, &facts);
  for (const auto& [timeline, _] : timelines_) {
    const Ancestry* const ancestry = ancestry_of(timeline);
    if (ancestry == nullptr) continue;
    for (const TimelineSwitch& fork : *ancestry) {
      SegmentNumber& last = last_forks_[fork.parent];
      last = std::max(last, segment(fork.left_at));
    }
  }
}

const TimelineFacts* TimelineLines::find(Timeline timeline) const {
  const auto found = timelines_.find(timeline);
  return found == timelines_.end() ? nullptr : found->second;
}

const TimelineLines::Ancestry* TimelineLines::ancestry_of(Timeline timeline) const {
  static const Ancestry kNone;
  const auto found = timelines_.find(timeline);
  if (found != timelines_.end() && found->second->ancestry) return &*found->second->ancestry;
  const bool is_lowest = found == timelines_.begin() && found != timelines_.end();
  return is_lowest || timeline == Timeline{1} ? &kNone : nullptr;
}

bool TimelineLines::descent_is_known() const {
  return std::ranges::all_of(timelines_,
                             [this](const auto& one) { return ancestry_of(one.first) != nullptr; });
}

// Whether a line ends on this timeline: it continues beyond all of its forks, or has none.
bool TimelineLines::is_end(const TimelineFacts& facts) const {
  const auto fork = last_forks_.find(facts.timeline);
  // A timeline that ended at a fork lacks the segment of the fork, except for its .partial.
  return fork == last_forks_.end() || (facts.last && *facts.last >= fork->second);
}

bool TimelineLines::is_live(const TimelineFacts& facts) const {
  const auto newest_of = [this](const TimelineFacts& one) { return counted(one.newest); };
  const Time newest = newest_of(*std::ranges::max_element(inventory_.timelines, {}, newest_of));
  std::chrono::system_clock::duration young = policy_.least_age;
  if (policy_.keep) young = std::max<decltype(young)>(young, policy_.keep->younger);
  return facts.timeline == timelines_.rbegin()->first || counted(facts.newest) >= newest ||
         counted(facts.newest) > now_ - young;
}

bool TimelineLines::is_on_line(const BackupFacts& backup, Timeline line) const {
  if (backup.timeline == line) return true;
  const Ancestry* ancestry = ancestry_of(line);
  return ancestry != nullptr && std::ranges::any_of(*ancestry, [&](const TimelineSwitch& fork) {
           return fork.parent == backup.timeline && *backup.stop <= fork.left_at;
         });
}

}  // namespace walstow
