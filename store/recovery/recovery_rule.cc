#include "store/recovery/recovery_rule.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "store/recovery/log_chain.h"

namespace walstow {
namespace {

using Stretch = RecoveryPath::Stretch;

TimeMicro in_microseconds(Time time) {
  return std::chrono::time_point_cast<std::chrono::microseconds>(time);
}

void add_path(std::vector<ChainSegment>& chain, const LogTimes& times, const RecoveryPath& path) {
  for (const Stretch& stretch : path.stretches) {
    for (std::uint64_t number = stretch.run.first; number <= stretch.run.last(); ++number) {
      chain.push_back({.timeline = stretch.timeline,
                       .number = SegmentNumber{number},
                       .facts = times.find(stretch.timeline, SegmentNumber{number})});
    }
  }
}

// The segments before the backup, as far as the archive knows all of them, and those of the path.
std::vector<ChainSegment> chain_to(const RecoverySources& sources, const BaseBackup& backup,
                                   const RecoveryPath& path) {
  std::vector<ChainSegment> chain;
  for (std::uint64_t number = segment_of(backup.start, sources.log.size).value; number > 0;) {
    const SegmentNumber before{--number};
    const auto timeline = timeline_at(sources.log, path.target, before);
    const SegmentFacts* const facts = timeline ? sources.times.find(*timeline, before) : nullptr;
    if (facts == nullptr || !facts->known) break;
    chain.push_back({.timeline = *timeline, .number = before, .facts = facts});
  }
  std::ranges::reverse(chain);
  add_path(chain, sources.times, path);
  join_records(chain);
  return chain;
}

// Times in a backup's file are cut to seconds.
TimeMicro end_of_second(const BaseBackup& backup) {
  return in_microseconds(backup.started.value_or(backup.stopped)) + std::chrono::seconds(1);
}

// All transactions in the segments that the backup needs ended before this, by the server's clock.
TimeMicro end_of(const BaseBackup& backup) {
  return in_microseconds(backup.stopped) + std::chrono::seconds(1);
}

RecoveryWindow window_of(const RecoverySources& sources, std::size_t index, RecoveryPath path) {
  const BaseBackup& backup = sources.backups[index];
  const SegmentSize size = sources.log.size;
  RecoveryWindow window;
  window.backup = index;
  window.path = std::move(path);
  if (!window.path.consistent) return window;
  const SegmentNumber needed = last_needed(backup, size);
  const SegmentNumber first = segment_of(backup.start, size);
  std::optional<TimeMicro> later;
  bool has_unknown_time = false;
  for (const ChainSegment& segment : chain_to(sources, backup, window.path)) {
    if (segment.number > needed) {
      later = std::max(later, segment.latest);
    } else {
      window.from = std::max({window.from, segment.latest, segment.possible_time});
      has_unknown_time = has_unknown_time || segment.has_unknown_time;
    }
    if (segment.number >= first) window.latest = std::max(window.latest, segment.latest);
  }
  if (has_unknown_time) window.from = std::max(window.from, std::optional(end_of(backup)));
  if (!window.from) window.from = end_of_second(backup);
  if (later && *later > *window.from) window.to = *later - std::chrono::microseconds(1);
  window.end = start_of(SegmentNumber{window.path.stretches.back().run.last() + 1}, size);
  return window;
}

// Follows the path of one window to a target.
class Search {
 public:
  Search(const RecoverySources& sources, const RecoveryWindow& window)
      : times_(sources.times),
        size_(sources.log.size),
        backup_(sources.backups[window.backup]),
        window_(window) {
    add_path(chain_, sources.times, window.path);
    join_records(chain_);
  }

  using Found = std::variant<RecoveryWay, RecoveryRefusal::Why>;
  Found find(const RecoveryTarget& target) const;

 private:
  using Why = RecoveryRefusal::Why;
  Found find_time(TimeMicro time) const;
  Found find_lsn(Lsn lsn) const;
  Found find_point(const RestorePoint& point) const;
  bool is_state_of_backup(const RecoveryTarget& target) const;
  RecoveryWay way(Timeline timeline, SegmentNumber number, Lsn replay_to) const;
  std::optional<Timeline> timeline_at(SegmentNumber number) const;
  // Visits the segments of the path from `first` onward, until `visit` returns true.
  template <class Visit>
  bool any_from(SegmentNumber first, Visit visit) const;

  const LogTimes& times_;
  SegmentSize size_;
  const BaseBackup& backup_;
  const RecoveryWindow& window_;
  std::vector<ChainSegment> chain_;  // of the path
};

Search::Found Search::find(const RecoveryTarget& target) const {
  if (!window_.path.consistent) return Why::kInconsistent;
  if (window_.is_immediate() && is_state_of_backup(target)) {
    RecoveryWay found = way(backup_.timeline, last_needed(backup_, size_), backup_.stop);
    found.is_immediate = true;
    if (std::holds_alternative<TimeMicro>(target)) found.last_known = *window_.from;
    return found;
  }
  if (const auto* const time = std::get_if<TimeMicro>(&target)) return find_time(*time);
  if (const auto* const lsn = std::get_if<Lsn>(&target)) return find_lsn(*lsn);
  return find_point(std::get<RestorePoint>(target));
}

// The time of the stop is certain only if the server's file gives it in UTC.
bool Search::is_state_of_backup(const RecoveryTarget& target) const {
  if (const auto* const lsn = std::get_if<Lsn>(&target)) return *lsn == backup_.stop;
  const auto* const time = std::get_if<TimeMicro>(&target);
  return time != nullptr && backup_.started && *window_.from <= *time &&
         *time <= in_microseconds(backup_.stopped);
}

template <class Visit>
bool Search::any_from(SegmentNumber first, Visit visit) const {
  return std::ranges::any_of(chain_, [&](const ChainSegment& segment) {
    return segment.number >= first && segment.facts != nullptr && visit(segment);
  });
}

RecoveryWay Search::way(Timeline timeline, SegmentNumber number, Lsn replay_to) const {
  using End = RecoveryPath::End;
  const End end = window_.path.end;
  return {.backup = window_.backup,
          .target = window_.path.target,
          .stop_timeline = timeline,
          .stop_segment = number,
          .replayed = replay_to.value - backup_.start.value,
          .last_known = {},
          .is_before_gap = end == End::kHole || end == End::kPruned || end == End::kBroken ||
                           end == End::kUnread || end == End::kUnfinished};
}

Search::Found Search::find_time(TimeMicro time) const {
  if (time < *window_.from) return Why::kTooEarly;
  Found found = Why::kTooLate;
  std::optional<TimeMicro> last_known;
  const auto note = [&](const SegmentFacts& facts) {
    if (facts.latest && *facts.latest <= time) {
      last_known = std::max(last_known, facts.latest);
    } else if (facts.earliest && *facts.earliest <= time) {
      last_known = std::max(last_known, facts.earliest);
    }
  };
  const SegmentNumber needed = last_needed(backup_, size_);
  any_from(segment_of(backup_.start, size_), [&](const ChainSegment& segment) {
    note(*segment.facts);
    if (segment.number <= needed || !segment.latest || *segment.latest <= time) return false;
    found = way(segment.timeline, segment.number,
                start_of(SegmentNumber{segment.number.value + 1}, size_));
    return true;
  });
  if (auto* const reached = std::get_if<RecoveryWay>(&found)) reached->last_known = last_known;
  return found;
}

Search::Found Search::find_lsn(Lsn lsn) const {
  if (lsn < backup_.stop) return Why::kTooEarly;
  Found found = Why::kTooLate;
  any_from(segment_of(lsn, size_), [&](const ChainSegment& segment) {
    if (!segment.last_record || *segment.last_record < lsn) return false;
    found = way(segment.timeline, segment.number, lsn);
    return true;
  });
  return found;
}

std::optional<Timeline> Search::timeline_at(SegmentNumber number) const {
  for (const Stretch& stretch : window_.path.stretches) {
    if (stretch.run.first <= number.value && number.value <= stretch.run.last()) {
      return stretch.timeline;
    }
  }
  return std::nullopt;
}

Search::Found Search::find_point(const RestorePoint& point) const {
  if (point.end < backup_.stop) return Why::kTooEarly;
  // The first point of that name on the path stops the recovery.
  const RestorePoint* first = nullptr;
  for (const LogTimes::NamedPoint& one : times_.points()) {
    if (one.point.name != point.name || one.point.end <= backup_.start) continue;
    if (timeline_at(one.number) != one.timeline) continue;
    if (first == nullptr || one.point.end < first->end) first = &one.point;
  }
  const SegmentNumber number = segment_of(Lsn{point.end.value - 1}, size_);
  const auto timeline = timeline_at(number);
  if (first != nullptr && *first == point && timeline) {
    const bool has_hidden =
        any_from(segment_of(backup_.start, size_), [number](const ChainSegment& segment) {
          return segment.facts->more_restore_points && segment.number < number;
        });
    if (has_hidden) return Why::kHiddenPoint;
    return way(*timeline, number, point.end);
  }
  return first != nullptr && first->end < point.end ? Why::kOtherPoint : Why::kTooLate;
}

// Ways that stop in one segment are one way: along the lowest timeline, which is that of the
// segment if its history is known.
bool is_same_stop(const RecoveryWay& one, const RecoveryWay& other) {
  return one.stop_timeline == other.stop_timeline && one.stop_segment == other.stop_segment;
}

// Keeps the way with the newest backup for each segment in which a recovery stops.
void add_way(std::vector<RecoveryWay>& ways, const RecoveryWay& way) {
  const auto same =
      std::ranges::find_if(ways, [&](const auto& one) { return is_same_stop(one, way); });
  if (same == ways.end()) {
    ways.push_back(way);
  } else if (std::pair(way.replayed, way.target) < std::pair(same->replayed, same->target)) {
    *same = way;
  }
}

}  // namespace

std::vector<RecoveryWindow> recovery_windows(const RecoverySources& sources) {
  std::vector<RecoveryWindow> windows;
  for (std::size_t i = 0; i < sources.backups.size(); ++i) {
    for (const KnownTimeline& timeline : sources.log.timelines) {
      RecoveryPath path =
          path_of(sources.log, sources.barriers, sources.backups[i], timeline.timeline);
      if (path.end != RecoveryPath::End::kNotOnLine)
        windows.push_back(window_of(sources, i, std::move(path)));
    }
  }
  return windows;
}

RecoveryAnswer reach_target(const RecoverySources& sources, const RecoveryTarget& target,
                            std::optional<Timeline> only) {
  RecoveryAnswer answer;
  for (RecoveryWindow& window : recovery_windows(sources)) {
    if (only && window.path.target != *only) continue;
    const auto found = Search(sources, window).find(target);
    if (const auto* const way = std::get_if<RecoveryWay>(&found)) {
      add_way(answer.ways, *way);
    } else {
      answer.refusals.push_back(
          {.why = std::get<RecoveryRefusal::Why>(found), .window = std::move(window)});
    }
  }
  // A higher timeline began later, so it is the better guess.
  std::ranges::sort(answer.ways, std::ranges::greater{}, [](const RecoveryWay& way) {
    return std::pair(way.last_known, way.stop_timeline);
  });
  return answer;
}

const RecoveryRefusal* main_refusal(const RecoverySources& sources, const RecoveryAnswer& answer) {
  using Why = RecoveryRefusal::Why;
  const auto weight = [](Why why) {
    switch (why) {
      case Why::kHiddenPoint:
        return 4;
      case Why::kOtherPoint:
        return 3;
      case Why::kTooLate:
        return 2;
      case Why::kInconsistent:
        return 1;
      case Why::kTooEarly:
        break;
    }
    return 0;
  };
  // The newest backup before the target misses least. Of those after it, the oldest does.
  const auto rank = [&](const RecoveryRefusal& refusal) {
    const std::uint64_t start = sources.backups[refusal.window.backup].start.value;
    const bool is_early = refusal.why == Why::kTooEarly;
    const auto latest = is_early ? std::nullopt : refusal.window.latest;
    return std::tuple(weight(refusal.why), latest, is_early ? ~start : start,
                      refusal.window.path.target);
  };
  const auto best = std::ranges::max_element(answer.refusals, {}, rank);
  return best == answer.refusals.end() ? nullptr : &*best;
}

std::vector<RestorePoint> restore_points_named(const LogTimes& times, std::string_view name) {
  std::vector<RestorePoint> points;
  for (const LogTimes::NamedPoint& one : times.points()) {
    // The segment in which a timeline begins repeats the points of its parent.
    if (one.point.name == name && std::ranges::find(points, one.point) == points.end()) {
      points.push_back(one.point);
    }
  }
  std::ranges::sort(points, {}, &RestorePoint::end);
  return points;
}

}  // namespace walstow
