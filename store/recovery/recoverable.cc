#include "store/recovery/recoverable.h"

#include <algorithm>
#include <chrono>

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

// The latest time in the segments that the backup needs, and in some before them. nullopt: there is
// none, or a needed segment is not known.
std::optional<TimeMicro> latest_needed(const Recoverable& recoverable, const KnownLog& log,
                                       const TimesOf& times_of) {
  const std::uint64_t last = last_needed(recoverable.backup, log.size).value;
  const std::uint64_t first = recoverable.path.stretches.front().run.first;
  if (last - first >= kMostEndSegments) return std::nullopt;
  std::optional<TimeMicro> latest;
  for (std::uint64_t number = first; number <= last; ++number) {
    const auto times = times_of(timeline_in(recoverable.path, number), SegmentNumber{number});
    if (!times || !times->known) return std::nullopt;
    latest = std::max({latest, times->latest, times->open_time});
  }
  for (std::uint64_t number = first; number > 0 && first - number < kMostBefore;) {
    --number;
    const auto timeline = timeline_at(log, recoverable.path.target, SegmentNumber{number});
    const auto times = timeline ? times_of(*timeline, SegmentNumber{number}) : std::nullopt;
    if (!times || !times->known) break;
    latest = std::max({latest, times->latest, times->open_time});
  }
  return latest;
}

// The latest time of a complete record in the last segment that has one, after those that the
// backup needs. nullopt: there is none, or it is not known.
std::optional<TimeMicro> latest_at_end(const Recoverable& recoverable, SegmentSize size,
                                       const TimesOf& times_of) {
  const std::uint64_t needed = last_needed(recoverable.backup, size).value;
  std::uint64_t number = last_of(recoverable.path);
  bool ends_later = false;  // the open record of this segment ends in a later one
  for (std::uint64_t i = 0; i < kMostEndSegments && number > needed; ++i, --number) {
    const auto times = times_of(timeline_in(recoverable.path, number), SegmentNumber{number});
    // A recovery ends in an unfinished segment.
    if (!times || !times->known || (i > 0 && times->unfinished_at)) return std::nullopt;
    const auto latest = ends_later ? std::max(times->latest, times->open_time) : times->latest;
    if (latest) return latest;
    ends_later = ends_later || times->first_record;
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
