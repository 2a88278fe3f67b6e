#include "store/recovery/recoverable.h"

#include <algorithm>
#include <chrono>
#include <deque>

#include "store/recovery/log_chain.h"

namespace walstow {
namespace {

using Stretch = RecoveryPath::Stretch;

std::uint64_t last_of(const RecoveryPath& path) {
  return path.stretches.back().run.last();
}

// The timeline from which the recovery takes a segment of its path.
Timeline timeline_in(const RecoveryPath& path, std::uint64_t number) {
  return std::ranges::find_if(path.stretches,
                              [number](const Stretch& one) { return number <= one.run.last(); })
      ->timeline;
}

// Times in a backup's file are cut to seconds. All transactions in the segments that the backup
// needs ended before it, by the server's clock.
TimeMicro after_backup(const BaseBackup& backup) {
  return std::chrono::time_point_cast<std::chrono::microseconds>(backup.stopped) +
         std::chrono::seconds(1);
}

// Some segments of a chain, and their times.
class Chain {
 public:
  explicit Chain(const TimesOf& times_of) : times_of_(times_of) {}

  // Adds the next segment, or the one before the first. Returns whether its times are known.
  bool add(Timeline timeline, std::uint64_t number) {
    add_unknown(timeline, number);
    const auto times = times_of_(timeline, SegmentNumber{number});
    if (!times || !times->known) return false;
    facts_.push_back(facts_of(SegmentNumber{number}, *times));
    segments_.back().facts = &facts_.back();
    return true;
  }
  void add_unknown(Timeline timeline, std::uint64_t number) {
    segments_.push_back({.timeline = timeline, .number = SegmentNumber{number}});
  }
  // The segments in ascending order, with their records joined.
  const std::vector<ChainSegment>& joined() {
    std::ranges::sort(segments_, {}, &ChainSegment::number);
    join_records(segments_);
    return segments_;
  }

 private:
  const TimesOf& times_of_;
  std::deque<SegmentFacts> facts_;  // keeps their addresses
  std::vector<ChainSegment> segments_;
};

// The latest time in the segments that the backup needs, and in some before them. nullopt: there is
// none, or one is not known.
std::optional<TimeMicro> latest_needed(const Recoverable& recoverable, const KnownLog& log,
                                       const TimesOf& times_of) {
  const RecoveryPath& path = recoverable.path;
  const std::uint64_t last = last_needed(recoverable.backup, log.size).value;
  const std::uint64_t first = path.stretches.front().run.first;
  if (last - first >= kMostEndSegments) return std::nullopt;
  Chain chain(times_of);
  for (std::uint64_t number = first; number <= last; ++number) {
    if (!chain.add(timeline_in(path, number), number)) return std::nullopt;
  }
  // The next one may have the rest of a record.
  const std::uint64_t end = last_of(path);
  if (last < end) chain.add(timeline_in(path, last + 1), last + 1);
  if (last + 1 < end) chain.add_unknown(timeline_in(path, last + 2), last + 2);
  for (std::uint64_t number = first; number > 0 && first - number < kMostBefore;) {
    --number;
    const auto timeline = timeline_at(log, path.target, SegmentNumber{number});
    if (!timeline || !chain.add(*timeline, number)) break;
  }
  std::optional<TimeMicro> latest;
  bool has_unknown_time = false;
  for (const ChainSegment& segment : chain.joined()) {
    if (segment.number.value > last) break;
    latest = std::max({latest, segment.latest, segment.possible_time});
    has_unknown_time = has_unknown_time || segment.has_unknown_time;
  }
  return has_unknown_time ? std::max(latest, std::optional(after_backup(recoverable.backup)))
                          : latest;
}

// The latest time of a complete record in the last segment that has one, after those that the
// backup needs. nullopt: there is none, or it is not known.
std::optional<TimeMicro> latest_at_end(const Recoverable& recoverable, SegmentSize size,
                                       const TimesOf& times_of) {
  const std::uint64_t needed = last_needed(recoverable.backup, size).value;
  std::uint64_t number = last_of(recoverable.path);
  Chain chain(times_of);
  for (std::uint64_t i = 0; i < kMostEndSegments && number > needed; ++i, --number) {
    if (!chain.add(timeline_in(recoverable.path, number), number)) return std::nullopt;
    const ChainSegment& first = chain.joined().front();
    // A recovery ends in an unfinished segment.
    if (i > 0 && first.facts->is_unfinished) return std::nullopt;
    if (first.latest) return first.latest;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Recoverable> furthest_recovery(const KnownLog& log,
                                             const std::vector<Barrier>& barriers,
                                             const std::vector<BaseBackup>& backups,
                                             Timeline target) {
  std::optional<Recoverable> best;
  for (const BaseBackup& backup : backups) {
    RecoveryPath path = path_of(log, barriers, backup, target);
    if (!path.consistent) continue;
    const bool is_better =
        !best || last_of(path) > last_of(best->path) ||
        (last_of(path) == last_of(best->path) && backup.start < best->backup.start);
    if (is_better) best = Recoverable{.backup = backup, .path = std::move(path)};
  }
  return best;
}

RecoverableTimes recoverable_times(const Recoverable& recoverable, const KnownLog& log,
                                   const TimesOf& times_of) {
  RecoverableTimes found;
  found.from = latest_needed(recoverable, log, times_of).value_or(after_backup(recoverable.backup));
  const auto latest = latest_at_end(recoverable, log.size, times_of);
  if (latest && *latest > found.from) found.to = *latest - std::chrono::microseconds(1);
  return found;
}

RecoverableReport to_report(const Recoverable& recoverable, const RecoverableTimes& times,
                            SegmentSize size) {
  const RecoveryPath& path = recoverable.path;
  RecoverableReport report{.backup = recoverable.backup.name,
                           .timeline = path.target.value,
                           .from = times.from,
                           .to = times.to,
                           .end = to_string(start_of(SegmentNumber{last_of(path) + 1}, size))};
  if (path.end != RecoveryPath::End::kNewest) {
    report.missing =
        WalFileName::segment(path.missing.timeline, SegmentNumber{path.missing.run.first}, size)
            .text();
  }
  return report;
}

}  // namespace walstow
