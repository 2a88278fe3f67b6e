#include "store/retention/dead_branch.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "store/retention/consumers.h"

namespace walstow {
namespace {

constexpr SegmentNumber kEndless{std::numeric_limits<std::uint64_t>::max()};

}  // namespace

std::string DeadBranch::why_not(const std::vector<Consumer>& consumers) const {
  const TimelineFacts* found = lines_.find(dead_);
  if (found == nullptr) return fmt::format("there is no timeline {}", dead_.value);
  if (!lines_.descent_is_known()) {
    return "the history file of a timeline is missing or damaged, so it is unknown which timeline "
           "descends from which";
  }
  if (lines_.is_live(*found)) {
    return fmt::format(
        "timeline {} may be in use: it is the highest timeline, contains the newest file, or "
        "contains a file that is younger than {}",
        dead_.value,
        days_text(policy_.keep ? std::max(policy_.keep->younger, policy_.least_age)
                               : policy_.least_age));
  }
  if (consumers.empty())
    return "no backup, standby or hold is known, so it is unknown which WAL is needed";
  for (const Consumer& consumer : consumers) {
    if (!consumer.from) return fmt::format("{} has not reported its position", consumer.name);
    if (consumer.timeline && lines_.ancestry_of(*consumer.timeline) == nullptr) {
      return fmt::format("{} is on timeline {}, which has no history file", consumer.name,
                         consumer.timeline->value);
    }
  }
  return {};
}

std::optional<RetentionPlan::SegmentRange> DeadBranch::needed_by(const Consumer& consumer) const {
  const SegmentNumber from = *consumer.from;
  if (!consumer.timeline || *consumer.timeline == dead_) return {{from, kEndless}};
  // It may recover along any timeline that forks off on its path.
  const TimelineLines::Ancestry& ancestry = *lines_.ancestry_of(dead_);
  const auto left = std::ranges::find(ancestry, *consumer.timeline, &TimelineSwitch::parent);
  if (left != ancestry.end()) {
    const auto passes = [&](const TimelineSwitch& fork) { return segment(fork.left_at) >= from; };
    if (std::all_of(left, ancestry.end(), passes)) return {{SegmentNumber{}, kEndless}};
    return std::nullopt;
  }
  for (const TimelineSwitch& fork : *lines_.ancestry_of(*consumer.timeline)) {
    if (fork.parent == dead_ && segment(fork.left_at) >= from) {
      return {{from, segment(fork.left_at)}};
    }
  }
  return std::nullopt;
}

}  // namespace walstow
