#include "store/inventory/absence.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace walstow {
namespace {

using History = KnownTimeline::History;

// The segment in which the timeline began. nullopt: unknown.
std::optional<SegmentNumber> begin_of(const KnownTimeline& timeline, SegmentSize size) {
  if (timeline.ancestry.empty()) return std::nullopt;
  return segment_of(timeline.ancestry.back().left_at, size);
}

bool same_place(const TimelineSwitch& one, const TimelineSwitch& other) {
  return one.parent == other.parent && one.left_at == other.left_at;
}

// A server's log never goes back, and a timeline's history begins with its parent's history.
bool contradicts(const KnownLog& log, const KnownTimeline& timeline) {
  const auto& ancestry = timeline.ancestry;
  if (!std::ranges::is_sorted(ancestry, {}, &TimelineSwitch::left_at)) return true;
  for (std::size_t i = 0; i < ancestry.size(); ++i) {
    const KnownTimeline* const parent = find_timeline(log, ancestry[i].parent);
    if (parent == nullptr || parent->history != History::kRead) continue;
    const bool same =
        parent->ancestry.size() == i &&
        std::equal(parent->ancestry.begin(), parent->ancestry.end(), ancestry.begin(), same_place);
    if (!same) return true;
  }
  return false;
}

// The histories of a timeline's descendants contain its origin too: each begins with the whole path
// to it. Returns `log` with every timeline that a history names, and with the last step of its
// path. Uses only histories that do not contradict others.
KnownLog completed(const KnownLog& log) {
  std::map<Timeline, std::vector<TimelineSwitch>> named;
  for (const KnownTimeline& one : log.timelines) {
    if (one.history != History::kRead || contradicts(log, one)) continue;
    for (std::size_t i = 0; i < one.ancestry.size(); ++i) {
      std::vector<TimelineSwitch>& way = named[one.ancestry[i].parent];
      if (way.empty() && i > 0) way = {one.ancestry[i - 1]};
    }
  }
  KnownLog all{.size = log.size, .timelines = {}, .prunes = {}};
  all.timelines.reserve(log.timelines.size() + named.size());
  for (const KnownTimeline& one : log.timelines) {
    all.timelines.push_back(one);
    const auto found = named.find(one.timeline);
    if (found == named.end()) continue;
    if (one.ancestry.empty()) all.timelines.back().ancestry = std::move(found->second);
    named.erase(found);
  }
  const auto known = static_cast<std::ptrdiff_t>(all.timelines.size());
  for (auto& [timeline, way] : named)
    all.timelines.push_back({.timeline = timeline, .ancestry = std::move(way)});
  std::ranges::inplace_merge(all.timelines, all.timelines.begin() + known, {},
                             &KnownTimeline::timeline);
  return all;
}

// The combined histories of all timelines, computed once for many questions.
class Tree {
 public:
  explicit Tree(const KnownLog& log);

  const KnownLog& log() const { return all_; }

  Absence of_history(Timeline timeline) const;
  Absence of_segment(Timeline timeline, SegmentNumber number) const;

 private:
  struct Heir {
    Timeline timeline;
    Lsn left_at;  // the last point at which any descendant branched off
  };
  struct Stray {
    Timeline timeline;
    SegmentNumber latest_begin;  // it may have been on its parent up to here
    AbsenceKind kind;            // the resulting kind of an absence
  };

  std::optional<std::size_t> prune_of(Timeline timeline, SegmentNumber number) const;
  bool was_kept(Timeline timeline, SegmentNumber number) const;

  const KnownLog& log_;  // as the caller passed it
  const KnownLog all_;
  std::map<Timeline, Heir> heirs_;  // by ancestor
  // Timelines without a readable history, ascending: it is unknown which timeline they branched
  // off.
  std::vector<Stray> strays_;
  std::vector<Timeline> unbounded_;              // those of doubtful_ that may branch off anywhere
  std::vector<Timeline> doubtful_;               // ascending
  std::map<Timeline, Timeline> doubtful_heirs_;  // by ancestor
};

Tree::Tree(const KnownLog& log) : log_(log), all_(completed(log)) {
  std::map<Timeline, SegmentNumber> left_first;  // where the first one branched off
  for (const KnownTimeline& one : all_.timelines) {
    const bool contradictory = one.history == History::kRead && contradicts(log, one);
    const bool doubtful =
        contradictory || (one.history == History::kUnreadable && one.ancestry.empty());
    if (doubtful) doubtful_.push_back(one.timeline);
    if (one.history != History::kRead) continue;
    for (const auto& [ancestor, left_at, reason] : one.ancestry) {
      const auto [heir, is_first] = heirs_.try_emplace(ancestor, Heir{one.timeline, left_at});
      if (!is_first && heir->second.left_at < left_at) heir->second = {one.timeline, left_at};
      if (doubtful) doubtful_heirs_.emplace(ancestor, one.timeline);
      const SegmentNumber segment = segment_of(left_at, all_.size);
      const auto [first, is_new] = left_first.try_emplace(ancestor, segment);
      if (!is_new) first->second = std::min(first->second, segment);
    }
  }
  unbounded_ = doubtful_;
  for (const KnownTimeline& one : all_.timelines) {
    if (one.timeline == Timeline{1} || !one.ancestry.empty()) continue;
    // It began no later than its first file, and before its first descendant branched off.
    std::optional<SegmentNumber> latest = one.first_file;
    if (const auto left = left_first.find(one.timeline); left != left_first.end()) {
      latest = std::min(latest.value_or(left->second), left->second);
    }
    if (!latest) continue;
    const bool damaged = one.history == History::kUnreadable;
    strays_.push_back(
        {one.timeline, *latest, damaged ? AbsenceKind::kUnknown : AbsenceKind::kHistoryMissing});
    if (damaged) std::erase(unbounded_, one.timeline);
  }
}

Absence Tree::of_history(Timeline timeline) const {
  if (timeline == Timeline{1}) return {AbsenceKind::kBefore, {}};
  const KnownTimeline* const own = find_timeline(log_, timeline);
  if (own != nullptr && own->first_file) return {AbsenceKind::kHistoryMissing, {}};
  if (!log_.timelines.empty() && log_.timelines.back().timeline > timeline) {
    return {AbsenceKind::kHole, log_.timelines.back().timeline};
  }
  return {AbsenceKind::kEnd, {}};
}

std::optional<std::size_t> Tree::prune_of(Timeline timeline, SegmentNumber number) const {
  const auto found = std::ranges::find_if(
      log_.prunes, [&](const KnownPrune& prune) { return prune.covers(timeline, number); });
  if (found == log_.prunes.end()) return std::nullopt;
  return static_cast<std::size_t>(found - log_.prunes.begin());
}

bool Tree::was_kept(Timeline timeline, SegmentNumber number) const {
  return std::ranges::any_of(
      log_.prunes, [&](const KnownPrune& prune) { return is_kept(prune.kept, timeline, number); });
}

Absence Tree::of_segment(Timeline timeline, SegmentNumber number) const {
  const KnownTimeline* const own = find_timeline(all_, timeline);
  const auto doubtful_heir = doubtful_heirs_.find(timeline);
  const bool own_is_sound =
      doubtful_heir == doubtful_heirs_.end() && !std::ranges::binary_search(doubtful_, timeline);
  const std::optional<SegmentNumber> begin =
      own != nullptr && own_is_sound ? begin_of(*own, all_.size) : std::nullopt;
  if (begin && number < *begin) return {AbsenceKind::kBefore, {}};
  if (const auto prune = prune_of(timeline, number)) return {AbsenceKind::kPruned, {}, *prune};
  if (was_kept(timeline, number)) return {.kind = AbsenceKind::kHole, .was_kept = true};

  const Lsn end = start_of(SegmentNumber{number.value + 1}, all_.size);
  const auto heir = heirs_.find(timeline);
  if (heir != heirs_.end() && heir->second.left_at >= end) {
    return {AbsenceKind::kHole, heir->second.timeline};
  }
  const bool later = own != nullptr && own->last_file && *own->last_file > number;
  const bool earlier = own != nullptr && own->first_file && *own->first_file < number;
  if (later && (begin || earlier || timeline == Timeline{1})) return {AbsenceKind::kHole, {}};
  // A history that proves nothing makes the whole line uncertain.
  const auto doubtful = std::ranges::lower_bound(unbounded_, timeline);
  if (doubtful != unbounded_.end()) return {AbsenceKind::kUnknown, *doubtful};
  if (later) {
    return {own->history == History::kAbsent ? AbsenceKind::kHistoryMissing : AbsenceKind::kUnknown,
            timeline};
  }
  for (const Stray& stray : strays_) {
    if (stray.timeline > timeline && stray.latest_begin > number) {
      return {stray.kind, stray.timeline};
    }
  }
  return {AbsenceKind::kEnd, {}};
}

// Whether the archive has any earlier file of the line that leads to segment `number` of
// `timeline`.
bool is_preceded(const KnownLog& log, const KnownTimeline& timeline, SegmentNumber number) {
  if (timeline.first_file && *timeline.first_file < number) return true;
  return std::ranges::any_of(timeline.ancestry, [&](const TimelineSwitch& ancestor) {
    const KnownTimeline* const known = find_timeline(log, ancestor.parent);
    const SegmentNumber left = std::min(number, segment_of(ancestor.left_at, log.size));
    return known != nullptr && known->first_file && *known->first_file < left;
  });
}

// The points at which the answer may change from one segment of a timeline to the next.
std::vector<std::uint64_t> turning_points(const KnownLog& log,
                                          const std::vector<KnownPrune>& prunes,
                                          const KnownTimeline& timeline) {
  std::set<std::uint64_t> points{0};
  const auto add = [&points](SegmentNumber number) {
    points.insert(number.value);
    points.insert(number.value + 1);
  };
  for (const SegmentRun& run : timeline.runs) {
    points.insert(run.first);
    points.insert(run.last() + 1);
  }
  for (const KnownTimeline& one : log.timelines) {
    if (one.first_file) add(*one.first_file);
    if (one.last_file) add(*one.last_file);
    for (const TimelineSwitch& ancestor : one.ancestry)
      add(segment_of(ancestor.left_at, log.size));
  }
  for (const KnownPrune& prune : prunes) {
    add(prune.limit);
    for (const KeptRange& range : prune.kept) {
      if (range.timeline != timeline.timeline) continue;
      add(range.first);
      add(range.last);
    }
  }
  return {points.begin(), points.end()};
}

void add_gap(std::vector<Gap>& gaps, const Gap& gap) {
  Gap* const last = gaps.empty() ? nullptr : &gaps.back();
  if (last != nullptr && last->timeline == gap.timeline && last->kind == gap.kind &&
      last->missing.last() + 1 == gap.missing.first) {
    last->missing.count += gap.missing.count;
  } else {
    gaps.push_back(gap);
  }
}

// The segments from `from` up to, but not including, `end`; they all have the same answer.
std::optional<Gap> gap_in(const Tree& tree, bool has_pruned, const KnownTimeline& timeline,
                          std::uint64_t from, std::uint64_t end) {
  const auto kind = tree.of_segment(timeline.timeline, SegmentNumber{from}).kind;
  if (kind != AbsenceKind::kHole && kind != AbsenceKind::kHistoryMissing) return std::nullopt;
  if (!has_pruned && !is_preceded(tree.log(), timeline, SegmentNumber{from})) return std::nullopt;
  return Gap{timeline.timeline, {.first = from, .count = end - from}, kind};
}

void merge(KnownTimeline& one, KnownTimeline other) {
  if (other.first_file) {
    one.first_file =
        one.first_file ? std::min(*one.first_file, *other.first_file) : other.first_file;
    one.last_file = one.last_file ? std::max(*one.last_file, *other.last_file) : other.last_file;
  }
  if (one.history == History::kAbsent) {
    one.history = other.history;
    one.ancestry = std::move(other.ancestry);
  } else if (other.history != History::kAbsent) {
    const bool same = one.history == other.history &&
                      std::ranges::equal(one.ancestry, other.ancestry, same_place);
    if (!same) {
      one.history = History::kUnreadable;
      one.ancestry.clear();
    }
  }
  std::vector<SegmentRun> runs;
  std::ranges::merge(one.runs, other.runs, std::back_inserter(runs), {}, &SegmentRun::first,
                     &SegmentRun::first);
  one.runs.clear();
  for (const SegmentRun& run : runs) {
    SegmentRun* const last = one.runs.empty() ? nullptr : &one.runs.back();
    if (last != nullptr && run.first <= last->last() + 1) {
      last->count = std::max(last->last(), run.last()) - last->first + 1;
    } else {
      one.runs.push_back(run);
    }
  }
}

}  // namespace

bool is_kept(const std::vector<KeptRange>& ranges, Timeline timeline, SegmentNumber number) {
  return is_within(ranges, {timeline, number, number});
}

bool is_within(const std::vector<KeptRange>& ranges, const KeptRange& range) {
  // The last one that begins with `range`, or before it.
  const auto after = std::ranges::upper_bound(
      ranges, std::pair(range.timeline, range.first), {},
      [](const KeptRange& one) { return std::pair(one.timeline, one.first); });
  if (after == ranges.begin()) return false;
  const KeptRange& before = *std::prev(after);
  return before.timeline == range.timeline && range.last <= before.last;
}

std::vector<KeptRange> united(std::vector<KeptRange> ranges) {
  std::ranges::sort(ranges);
  std::vector<KeptRange> all;
  for (const KeptRange& range : ranges) {
    KeptRange* const last = all.empty() ? nullptr : &all.back();
    if (last != nullptr && last->timeline == range.timeline &&
        range.first.value <= last->last.value + 1) {
      last->last = std::max(last->last, range.last);
    } else {
      all.push_back(range);
    }
  }
  return all;
}

KeptRange part_below(KeptRange range, SegmentNumber limit) {
  range.last = std::min(range.last, SegmentNumber{limit.value - 1});
  return range;
}

const KnownTimeline* find_timeline(const KnownLog& log, Timeline timeline) {
  const auto found =
      std::ranges::lower_bound(log.timelines, timeline, {}, &KnownTimeline::timeline);
  return found != log.timelines.end() && found->timeline == timeline ? &*found : nullptr;
}

void merge(KnownLog& log, KnownLog other) {
  for (KnownTimeline& one : other.timelines) {
    const auto at =
        std::ranges::lower_bound(log.timelines, one.timeline, {}, &KnownTimeline::timeline);
    if (at != log.timelines.end() && at->timeline == one.timeline) {
      merge(*at, std::move(one));
    } else {
      log.timelines.insert(at, std::move(one));
    }
  }
  log.prunes.insert(log.prunes.end(), other.prunes.begin(), other.prunes.end());
}

Absence absence_of(const KnownLog& log, const WalFileName& file) {
  const Tree tree(log);
  if (file.kind() == FileKind::kHistory) return tree.of_history(file.timeline());
  return tree.of_segment(file.timeline(), file.number(log.size));
}

std::vector<Gap> gaps_of(const KnownLog& log) {
  const Tree tree(log);
  const bool has_pruned = std::ranges::any_of(log.prunes, &KnownPrune::has_removed);
  std::vector<Gap> gaps;
  for (const KnownTimeline& timeline : tree.log().timelines) {
    const std::vector<std::uint64_t> points = turning_points(tree.log(), log.prunes, timeline);
    auto run = timeline.runs.begin();
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
      while (run != timeline.runs.end() && run->last() < points[i])
        ++run;
      if (run != timeline.runs.end() && run->first <= points[i]) continue;  // present
      if (const auto gap = gap_in(tree, has_pruned, timeline, points[i], points[i + 1]))
        add_gap(gaps, *gap);
    }
  }
  return gaps;
}

std::vector<Timeline> timelines_without_history(const KnownLog& log) {
  std::vector<Timeline> found;
  for (const KnownTimeline& one : log.timelines) {
    if (one.timeline == Timeline{1} || one.history == History::kRead) continue;
    const bool begins_the_archive =
        one.history == History::kAbsent && one.timeline == log.timelines.front().timeline;
    if (!begins_the_archive) found.push_back(one.timeline);
  }
  return found;
}

bool log_goes_on_after(const KnownLog& log, Timeline timeline, SegmentNumber segment) {
  return std::ranges::any_of(log.timelines, [&](const KnownTimeline& one) {
    if (one.timeline == timeline)
      return !one.runs.empty() && one.runs.back().last() > segment.value;
    return std::ranges::any_of(one.ancestry, [&](const TimelineSwitch& step) {
      return step.parent == timeline && segment_of(step.left_at, log.size) > segment;
    });
  });
}

std::optional<SegmentNumber> newest_of_line(const KnownLog& log, Timeline timeline,
                                            SegmentNumber reached) {
  std::set<Timeline> line{timeline};
  std::optional<SegmentNumber> newest;
  for (const KnownTimeline& one : log.timelines) {
    const bool leads_on = one.history == History::kRead &&
                          line.contains(one.ancestry.back().parent) &&
                          segment_of(one.ancestry.back().left_at, log.size) >= reached;
    if (leads_on) line.insert(one.timeline);
    if (!line.contains(one.timeline) || one.runs.empty()) continue;
    const SegmentNumber last{one.runs.back().last()};
    if (!newest || *newest < last) newest = last;
  }
  return newest;
}

}  // namespace walstow
