#include "store/admin/log/missing_log.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <vector>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/wal/file_name.h"
#include "store/admin/log/log_parts.h"

namespace walstow {
namespace {

// Consecutive segments of one timeline, as names in a report.
std::optional<LogPart> part_of_names(const std::string& first, const std::string& last,
                                     SegmentSize size) {
  const auto from = WalFileName::parse(first);
  const auto to = WalFileName::parse(last);
  if (!from || !to || from->kind() == FileKind::kHistory || to->kind() == FileKind::kHistory ||
      !from->fits(size) || !to->fits(size)) {
    return std::nullopt;
  }
  return LogPart{
      .timeline = from->timeline(), .first = from->number(size), .last = to->number(size)};
}

// What both have.
std::optional<LogPart> common_part(const LogPart& one, const LogPart& other) {
  const LogPart both{.timeline = one.timeline,
                     .first = std::max(one.first, other.first),
                     .last = std::min(one.last, other.last)};
  if (one.timeline != other.timeline || both.first > both.last) return std::nullopt;
  return both;
}

class Examination {
 public:
  Examination(const EraReport& era, const LogGoal& goal)
      : era_(era), goal_(goal), size_(segment_size_in(era)) {
    const auto last = last_segment_before(goal.lsn, size_);
    if (!last || last->value == 0) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("no log of PostgreSQL has the LSN {}", to_string(goal.lsn)));
    }
    last_ = *last;
    parts_ = log_parts(era, goal.timeline, last_);
  }

  WalFileName last_segment() const {
    return WalFileName::segment(parts_.back().timeline, last_, size_);
  }

  // Whether the last segment is below the floor and not stored, and the archive has later WAL of
  // its log.
  bool may_be_pruned() const {
    const auto floor = era_.retention ? parse_lsn(era_.retention->pruned) : std::nullopt;
    if (!floor || last_ >= segment_of(*floor, size_)) return false;
    const auto stored = newest_stored();
    if (stored && stored->last == last_) return false;
    return std::ranges::any_of(era_.timelines,
                               [&](const TimelineReport& one) { return is_on_log_of(one); });
  }

  bool is_in(std::span<const HoleReport> holes) const {
    const LogPart last{.timeline = parts_.back().timeline, .first = last_, .last = last_};
    return std::ranges::any_of(holes, [&](const HoleReport& hole) {
      const auto missing = part_of_names(hole.first, hole.last, size_);
      return hole.era == era_.era && missing && common_part(*missing, last);
    });
  }

  std::string result(std::span<const HoleReport> holes) const {
    if (std::string missing = missing_history(); !missing.empty()) return missing;
    if (std::string missing = missing_end(); !missing.empty()) return missing;
    if (std::string missing = missing_segments(holes); !missing.empty()) return missing;
    return broken();
  }

 private:
  // Whether the last segment belongs to the log of a later segment of that timeline.
  bool is_on_log_of(const TimelineReport& timeline) const {
    if (timeline.ranges.empty()) return false;
    const SegmentRange& range = timeline.ranges.back();
    const auto stored = part_of_names(range.first, range.last, size_);
    if (!stored || stored->last <= last_) return false;
    const auto parts = log_parts(era_, stored->timeline, stored->last);
    return std::ranges::any_of(parts, [&](const LogPart& part) {
      return part.timeline == parts_.back().timeline && part.first <= last_ && last_ <= part.last;
    });
  }

  std::string missing_history() const {
    for (const LogPart& part : parts_) {
      const std::string name = WalFileName::history(part.timeline).text();
      if (std::ranges::find(era_.missing_histories, name) != era_.missing_histories.end()) {
        return fmt::format("\"{}\" is missing", name);
      }
    }
    return {};
  }

  // The newest segment of the log that is stored.
  std::optional<LogPart> newest_stored() const {
    std::optional<LogPart> newest;
    for (const TimelineReport& timeline : era_.timelines) {
      for (const SegmentRange& range : timeline.ranges) {
        const auto stored = part_of_names(range.first, range.last, size_);
        if (!stored) continue;
        for (const LogPart& part : parts_) {
          const auto both = common_part(*stored, part);
          if (both && (!newest || newest->last < both->last)) newest = both;
        }
      }
    }
    return newest;
  }

  std::string missing_end() const {
    const auto newest = newest_stored();
    if (!newest) {
      return fmt::format("the store has no segment before {} of the log of timeline {}",
                         to_string(goal_.lsn), goal_.timeline.value);
    }
    if (newest->last == last_) return {};
    return fmt::format("the store has the log only up to {} on timeline {}",
                       to_string(start_of(SegmentNumber{newest->last.value + 1}, size_)),
                       newest->timeline.value);
  }

  std::string missing_segments(std::span<const HoleReport> holes) const {
    for (const HoleReport& hole : holes) {
      if (hole.era != era_.era) continue;
      const auto missing = part_of_names(hole.first, hole.last, size_);
      if (!missing) continue;
      for (const LogPart& part : parts_) {
        const auto both = common_part(*missing, part);
        if (!both) continue;
        const auto name = WalFileName::segment(both->timeline, both->first, size_);
        return both->first == both->last
                   ? fmt::format("segment \"{}\" is missing", name.text())
                   : fmt::format("{} segments are missing from \"{}\" on",
                                 both->last.value - both->first.value + 1, name.text());
      }
    }
    return {};
  }

  std::string broken() const {
    if (era_.more_breaks) {
      return fmt::format("the log breaks off at more than {} positions", era_.breaks.size());
    }
    for (const BreakReport& found : era_.breaks) {
      const auto at = parse_lsn(found.at);
      const auto place = part_of_names(found.file, found.file, size_);
      if (!at || !place || *at >= goal_.lsn) continue;
      for (const LogPart& part : parts_) {
        if (!common_part(*place, part)) continue;
        return fmt::format("the log breaks off at {} in \"{}\"", found.at, escaped(found.file));
      }
    }
    return {};
  }

  const EraReport& era_;
  const LogGoal& goal_;
  const SegmentSize size_;
  SegmentNumber last_;
  std::vector<LogPart> parts_;
};

}  // namespace

WalFileName last_segment_of(const EraReport& era, const LogGoal& goal) {
  return Examination(era, goal).last_segment();
}

std::string what_is_missing_in(const EraReport& era, const LogGoal& goal,
                               const std::optional<TimesReport>& last) {
  const std::string name = last_segment_of(era, goal).text();
  if (!last) return fmt::format("segment \"{}\" is missing", name);
  // The records of a newer release are not known either.
  if (!last->times.known && era.newer_magic.empty())
    return fmt::format("segment \"{}\" cannot be read", name);
  if (last->times.unfinished_at && *last->times.unfinished_at < goal.lsn) {
    return fmt::format("segment \"{}\" is unfinished: its log ends at {}", name,
                       to_string(*last->times.unfinished_at));
  }
  return {};
}

bool may_be_pruned(const EraReport& era, const LogGoal& goal) {
  return Examination(era, goal).may_be_pruned();
}

std::string what_was_pruned(const EraReport& era, std::span<const HoleReport> holes,
                            const LogGoal& goal) {
  const Examination examination(era, goal);
  if (!examination.may_be_pruned() || examination.is_in(holes)) return {};
  return fmt::format("segment \"{}\" was pruned", examination.last_segment().text());
}

std::string what_is_missing(const EraReport& era, std::span<const HoleReport> holes,
                            const LogGoal& goal) {
  return Examination(era, goal).result(holes);
}

}  // namespace walstow
