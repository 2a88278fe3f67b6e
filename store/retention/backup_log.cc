#include "store/retention/backup_log.h"

#include <algorithm>

namespace walstow {

SegmentNumber last_needed(const BackupFacts& backup, SegmentSize size) {
  return last_segment_between(start_of(backup.start, size), *backup.stop, size);
}

// The segment in which the timeline began.
SegmentNumber BackupLog::begin_of(const TimelineFacts& facts) const {
  const TimelineLines::Ancestry* const ancestry = lines_.ancestry_of(facts.timeline);
  return ancestry == nullptr || ancestry->empty() ? SegmentNumber{}
                                                  : segment(ancestry->back().left_at);
}

// The timelines that descend from the backup's timeline, and branched off after the backup's start.
std::vector<const TimelineFacts*> BackupLog::continuations(const BackupFacts& backup) const {
  std::vector<const TimelineFacts*> found;
  for (const TimelineFacts& facts : inventory_.timelines) {
    const TimelineLines::Ancestry* const ancestry = lines_.ancestry_of(facts.timeline);
    if (ancestry == nullptr) continue;
    const auto fork = std::ranges::find(*ancestry, backup.timeline, &TimelineSwitch::parent);
    if (fork != ancestry->end() && segment(fork->left_at) >= backup.start) found.push_back(&facts);
  }
  return found;
}

// The first segment from `from` to `last` that the timeline lacks.
std::optional<SegmentNumber> BackupLog::first_missing(const TimelineFacts& facts,
                                                      SegmentNumber from,
                                                      SegmentNumber last) const {
  if (!facts.last || (facts.first && from < *facts.first)) return from;
  for (const Gap& gap : inventory_.gaps) {
    if (gap.timeline != facts.timeline || gap.missing.first > last.value) continue;
    const SegmentNumber first{std::max(gap.missing.first, from.value)};
    if (first.value <= gap.missing.last()) return first;
  }
  if (last <= *facts.last) return std::nullopt;
  return std::max(from, SegmentNumber{facts.last->value + 1});
}

std::optional<SegmentNumber> BackupLog::first_missing(const BackupFacts& backup) const {
  const SegmentNumber last = last_needed(backup, inventory_.segment_size);
  const TimelineFacts* const own = lines_.find(backup.timeline);
  if (own == nullptr || !own->last) return backup.start;
  const auto missing = first_missing(*own, backup.start, last);
  if (!missing || *missing <= *own->last) return missing;
  // The timeline ends there. The log may continue on others.
  const auto others = continuations(backup);
  SegmentNumber end = *missing;
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    for (const TimelineFacts* const other : others) {
      if (begin_of(*other) > end || !other->last || *other->last < end) continue;
      const auto next = first_missing(*other, end, last);
      if (!next) return std::nullopt;
      if (*next <= *other->last) continue;  // a gap: the log ends there
      end = *next;
      goes_on = true;
    }
  }
  return missing;
}

// The highest segment of the timeline, up to `last`, that exists, or that a prune kept: it may have
// been lost since.
std::optional<SegmentNumber> BackupLog::end_of(const TimelineFacts& facts,
                                               SegmentNumber last) const {
  std::optional<SegmentNumber> end = std::max(facts.last, facts.last_file);
  for (const KeptRange& kept : inventory_.kept_before) {
    if (kept.timeline == facts.timeline && kept.first <= last) end = std::max(end, {kept.last});
  }
  return end ? std::optional(std::min(*end, last)) : std::nullopt;
}

std::vector<KeptRange> BackupLog::needed(const BackupFacts& backup) const {
  const SegmentNumber last = last_needed(backup, inventory_.segment_size);
  const TimelineFacts* const own = lines_.find(backup.timeline);
  const auto own_end = own != nullptr ? end_of(*own, last) : std::nullopt;
  // Also if all of it is lost: it may be found again.
  std::vector<KeptRange> ranges{{.timeline = backup.timeline,
                                 .first = backup.start,
                                 .last = std::max(backup.start, own_end.value_or(backup.start))}};
  for (const TimelineFacts* const other : continuations(backup)) {
    const SegmentNumber first = std::max(backup.start, begin_of(*other));
    const auto end = end_of(*other, last);
    if (end && first <= *end)
      ranges.push_back({.timeline = other->timeline, .first = first, .last = *end});
  }
  return ranges;
}

}  // namespace walstow
