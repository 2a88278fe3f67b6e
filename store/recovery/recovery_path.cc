#include "store/recovery/recovery_path.h"

#include <algorithm>
#include <limits>

namespace walstow {
namespace {

constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

// The segments that a recovery takes from one timeline of a history: from `begin` up to `end`.
struct Leg {
  Timeline timeline;
  std::uint64_t begin = 0, end = kNoEnd;
};

// Several timelines can begin in one segment. It then belongs to the last of them, and the legs of
// the others are empty.
std::vector<Leg> legs_of(const KnownTimeline& target, SegmentSize size) {
  std::vector<Leg> legs;
  std::uint64_t begin = 0;
  for (const TimelineSwitch& step : target.ancestry) {
    const std::uint64_t end = segment_of(step.left_at, size).value;
    legs.push_back({.timeline = step.parent, .begin = begin, .end = std::max(begin, end)});
    begin = legs.back().end;
  }
  legs.push_back({.timeline = target.timeline, .begin = begin});
  return legs;
}

// Whether the target's history contains the backup. PostgreSQL refuses any other target.
bool is_on_line(const BaseBackup& backup, const KnownTimeline& target) {
  if (backup.timeline == target.timeline) return true;
  return std::ranges::any_of(target.ancestry, [&](const TimelineSwitch& step) {
    return step.parent == backup.timeline && backup.stop <= step.left_at;
  });
}

const std::vector<SegmentRun>& runs_of(const KnownLog& log, Timeline timeline) {
  static const std::vector<SegmentRun> kNone;
  const KnownTimeline* const known = find_timeline(log, timeline);
  return known == nullptr ? kNone : known->runs;
}

class PathFinder {
 public:
  PathFinder(const KnownLog& log, const std::vector<Barrier>& barriers, RecoveryPath& path)
      : log_(log), barriers_(barriers), path_(path) {}

  // Adds the segments of one leg from `from` onward. Returns false if the path ends in the leg.
  bool follow(const Leg& leg, std::uint64_t from);

 private:
  void end_at(const Leg& leg, std::uint64_t number);
  void end_at(const Leg& leg, const Barrier& barrier);
  bool goes_on_after(const Leg& leg, std::uint64_t number) const;
  // The first barrier of the leg, from segment `from` onward. nullptr: none.
  const Barrier* barrier_in(const Leg& leg, std::uint64_t from) const;

  const KnownLog& log_;
  const std::vector<Barrier>& barriers_;
  RecoveryPath& path_;
};

bool PathFinder::follow(const Leg& leg, std::uint64_t from) {
  if (from >= leg.end) return true;
  const std::vector<SegmentRun>& runs = runs_of(log_, leg.timeline);
  const auto run = std::ranges::find_if(
      runs, [from](const SegmentRun& one) { return one.first <= from && from <= one.last(); });
  if (run == runs.end()) {
    end_at(leg, from);
    return false;
  }
  const Barrier* const barrier = barrier_in(leg, from);
  const bool is_unfinished = barrier != nullptr && barrier->kind == Barrier::Kind::kUnfinished;
  const std::uint64_t stop =
      barrier == nullptr ? kNoEnd : barrier->number.value + (is_unfinished ? 1 : 0);
  const std::uint64_t end = std::min({run->last() + 1, leg.end, stop});
  if (end > from) path_.stretches.push_back({leg.timeline, {.first = from, .count = end - from}});
  if (end == stop && barrier->number.value < leg.end) {
    end_at(leg, *barrier);
    return false;
  }
  if (end == leg.end) return true;
  end_at(leg, end);
  return false;
}

// An unfinished segment is the log's end if nothing follows it.
void PathFinder::end_at(const Leg& leg, const Barrier& barrier) {
  using End = RecoveryPath::End;
  const std::uint64_t number = barrier.number.value;
  switch (barrier.kind) {
    case Barrier::Kind::kBroken:
      path_.end = End::kBroken;
      break;
    case Barrier::Kind::kUnread:
      path_.end = End::kUnread;
      break;
    case Barrier::Kind::kUnfinished:
      path_.end = goes_on_after(leg, number) ? End::kUnfinished : End::kNewest;
      break;
  }
  path_.missing = {leg.timeline, {.first = number, .count = 1}};
}

bool PathFinder::goes_on_after(const Leg& leg, std::uint64_t number) const {
  return leg.end != kNoEnd ||
         std::ranges::any_of(runs_of(log_, leg.timeline),
                             [number](const SegmentRun& one) { return one.last() > number; });
}

void PathFinder::end_at(const Leg& leg, std::uint64_t number) {
  const std::vector<SegmentRun>& runs = runs_of(log_, leg.timeline);
  const auto next =
      std::ranges::find_if(runs, [number](const SegmentRun& one) { return one.first > number; });
  const std::uint64_t end = std::min(next == runs.end() ? kNoEnd : next->first, leg.end);
  // If the timeline was left later, the log continues there.
  const bool continues = end != kNoEnd;
  const bool is_pruned = std::ranges::any_of(log_.prunes, [&](const KnownPrune& prune) {
    return prune.covers(leg.timeline, SegmentNumber{number});
  });
  path_.end = continues ? RecoveryPath::End::kHole : RecoveryPath::End::kNewest;
  if (is_pruned) path_.end = RecoveryPath::End::kPruned;
  path_.missing = {leg.timeline, {.first = number, .count = continues ? end - number : 1}};
}

const Barrier* PathFinder::barrier_in(const Leg& leg, std::uint64_t from) const {
  const Barrier least{.timeline = leg.timeline, .number = SegmentNumber{from}};
  const auto found = std::ranges::lower_bound(barriers_, least);
  return found != barriers_.end() && found->timeline == leg.timeline ? &*found : nullptr;
}

}  // namespace

std::optional<BaseBackup> base_backup_of(const BackupReport& report) {
  const auto start = parse_lsn(report.start);
  const auto stop = parse_lsn(report.stop);
  if (!start || !stop) return std::nullopt;
  return BaseBackup{.name = report.name,
                    .label = report.label,
                    .timeline = Timeline{report.timeline},
                    .start = *start,
                    .stop = *stop,
                    .started = report.started,
                    .stopped = report.stopped};
}

std::optional<Barrier> barrier_of(const BreakReport& report, SegmentSize size) {
  const auto file = WalFileName::parse(report.file);
  if (!file || file->kind() == FileKind::kHistory || !file->fits(size)) return std::nullopt;
  return Barrier{
      .timeline = file->timeline(), .number = file->number(size), .kind = Barrier::Kind::kBroken};
}

SegmentNumber last_needed(const BaseBackup& backup, SegmentSize size) {
  return last_segment_between(backup.start, backup.stop, size);
}

RecoveryPath path_of(const KnownLog& log, const std::vector<Barrier>& barriers,
                     const BaseBackup& backup, Timeline target) {
  RecoveryPath path{.target = target, .stretches = {}};
  const KnownTimeline* const known = find_timeline(log, target);
  const bool has_history = target == Timeline{1} ||
                           (known != nullptr && known->history == KnownTimeline::History::kRead);
  if (known == nullptr || !has_history) {
    path.end = RecoveryPath::End::kHistoryMissing;
    return path;
  }
  if (!is_on_line(backup, *known)) {
    path.end = RecoveryPath::End::kNotOnLine;
    return path;
  }
  const std::uint64_t start = segment_of(backup.start, log.size).value;
  PathFinder finder(log, barriers, path);
  for (const Leg& leg : legs_of(*known, log.size)) {
    if (!finder.follow(leg, std::max(start, leg.begin))) break;
  }
  path.consistent = !path.stretches.empty() &&
                    path.stretches.back().run.last() >= last_needed(backup, log.size).value;
  return path;
}

std::optional<Timeline> timeline_at(const KnownLog& log, Timeline target, SegmentNumber number) {
  const KnownTimeline* const known = find_timeline(log, target);
  if (known == nullptr) return std::nullopt;
  for (const Leg& leg : legs_of(*known, log.size)) {
    if (number.value < leg.begin || number.value >= leg.end) continue;
    const bool is_stored =
        std::ranges::any_of(runs_of(log, leg.timeline), [number](const SegmentRun& run) {
          return run.first <= number.value && number.value <= run.last();
        });
    return is_stored ? std::optional(leg.timeline) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace walstow
