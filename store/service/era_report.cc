#include "store/service/era_report.h"

#include <algorithm>
#include <fmt/format.h>

#include "store/archive/standby_positions.h"
#include "store/inventory/break_marks.h"

namespace walstow {
namespace {

using TimelineInventory = EraInventory::TimelineInventory;

std::string name_of(Timeline timeline, std::uint64_t number, SegmentSize size) {
  return WalFileName::segment(timeline, SegmentNumber{number}, size).text();
}

TimelineReport timeline_report(const TimelineInventory& inventory, SegmentSize size) {
  const Timeline timeline = inventory.known.timeline;
  TimelineReport report{.timeline = timeline.value,
                        .parent = {},
                        .left_parent_at = "",
                        .segments = inventory.segments,
                        .raw_bytes = inventory.raw_bytes,
                        .stored_bytes = inventory.stored_bytes,
                        .partials = inventory.partials,
                        .incompletes = inventory.incompletes,
                        .backups = inventory.backups.size(),
                        .newest = inventory.newest};
  if (!inventory.known.ancestry.empty()) {
    report.parent = inventory.known.ancestry.back().parent.value;
    report.left_parent_at = to_string(inventory.known.ancestry.back().left_at);
  }
  const std::vector<SegmentRun>& runs = inventory.known.runs;
  report.ranges_left_out = runs.size() - std::min(runs.size(), kMostRanges);
  for (std::size_t i = report.ranges_left_out; i < runs.size(); ++i) {
    report.ranges.push_back({.first = name_of(timeline, runs[i].first, size),
                             .last = name_of(timeline, runs[i].last(), size),
                             .count = runs[i].count});
  }
  const auto& backups = inventory.backups;
  const std::size_t shown = std::min(backups.size(), kMostBackups);
  report.backup_files.assign(backups.end() - static_cast<std::ptrdiff_t>(shown), backups.end());
  for (BackupReport& backup : report.backup_files)
    backup.label.resize(std::min(backup.label.size(), kLongestLabelShown));
  return report;
}

HoleReport hole_report(const std::string& era, const Gap& gap, SegmentSize size) {
  return {.era = era,
          .first = name_of(gap.timeline, gap.missing.first, size),
          .last = name_of(gap.timeline, gap.missing.last(), size),
          .count = gap.missing.count};
}

std::vector<std::string> missing_histories(const KnownLog& log) {
  std::vector<std::string> names;
  for (const Timeline timeline : timelines_without_history(log))
    names.push_back(fmt::format("{}.history", to_hex8(timeline)));
  return names;
}

// The gaps between the runs of one era's timeline that a prune has left, and that have no hole.
std::uint64_t pruned_gaps(const KnownTimeline& timeline, const std::vector<KnownPrune>& prunes,
                          const std::vector<Gap>& holes) {
  std::uint64_t count = 0;
  for (std::size_t i = 1; i < timeline.runs.size(); ++i) {
    const std::uint64_t first = timeline.runs[i - 1].last() + 1;
    const auto hole = std::ranges::lower_bound(
        holes, std::pair(timeline.timeline, first), {},
        [](const Gap& one) { return std::pair(one.timeline, one.missing.last()); });
    const bool is_hole = hole != holes.end() && hole->timeline == timeline.timeline &&
                         hole->missing.first < timeline.runs[i].first;
    const bool is_pruned = std::ranges::any_of(prunes, [&](const KnownPrune& prune) {
      return prune.covers(timeline.timeline, SegmentNumber{first});
    });
    if (is_pruned && !is_hole) ++count;
  }
  return count;
}

// The part of a hole within a range. nullopt: none.
std::optional<Gap> clipped(Gap hole, const FileRange& range, SegmentSize size) {
  if (range.timeline && hole.timeline != *range.timeline) return std::nullopt;
  std::uint64_t first = hole.missing.first;
  std::uint64_t end = first + hole.missing.count;
  const auto number_in = [&](const WalFileName& file) { return file.number(size).value; };
  const auto is_place = [&](const WalFileName& file) {
    return file.timeline() == hole.timeline && file.kind() != FileKind::kHistory && file.fits(size);
  };
  if (range.from && range.from->timeline() > hole.timeline) return std::nullopt;
  if (range.to && range.to->timeline() < hole.timeline) return std::nullopt;
  if (range.from && is_place(*range.from)) first = std::max(first, number_in(*range.from));
  if (range.to && is_place(*range.to)) end = std::min(end, number_in(*range.to) + 1);
  // A history file sorts before the segments of its timeline.
  const bool ends_before =
      range.to && range.to->timeline() == hole.timeline && range.to->kind() == FileKind::kHistory;
  if (ends_before || first >= end) return std::nullopt;
  hole.missing = {.first = first, .count = end - first};
  return hole;
}

}  // namespace

void add_gaps(EraReport& report, const EraInventory& inventory, const KnownLog& log) {
  const std::vector<Gap> gaps = gaps_of(log);
  const std::vector<TimelineInventory> timelines = inventory.timelines();
  for (std::size_t i = 0; i < timelines.size(); ++i)
    report.timelines[i].pruned_gaps = pruned_gaps(timelines[i].known, log.prunes, gaps);
  for (const Gap& gap : gaps)
    report.missing += gap.missing.count;
  for (std::size_t i = gaps.size() - std::min(gaps.size(), kMostHoles); i < gaps.size(); ++i)
    report.holes.push_back(hole_report(report.era, gaps[i], log.size));
  report.missing_histories = missing_histories(log);
  report.missing_histories.resize(std::min(report.missing_histories.size(), kMostHoles));
}

void add_breaks(EraReport& report, const Archive& archive, const std::string& cluster,
                const KnownLog& log, DamagedRecords& damaged) {
  const EraName era = *parse_era_name(report.era);
  const auto goes_on_after = [&log](const WalFileName& segment) {
    return log_goes_on_after(log, segment.timeline(), segment.number(log.size));
  };
  report.breaks =
      list_breaks(archive.backend(), cluster, era, kMostBreaks + 1, goes_on_after, damaged);
  report.more_breaks = report.breaks.size() > kMostBreaks;
  if (report.more_breaks) report.breaks.pop_back();
}

EraReport era_report(const EraInventory& inventory) {
  const SegmentSize size = segment_size_of(inventory.era());
  EraReport report{.era = to_string(inventory.era()), .histories = inventory.histories()};
  const std::vector<TimelineInventory> timelines = inventory.timelines();
  for (const TimelineInventory& timeline : timelines)
    report.timelines.push_back(timeline_report(timeline, size));
  return report;
}

void add_distance(PositionReport& position, const KnownLog& log) {
  const auto file = reached(position, log.size);
  if (!file) return;
  const SegmentNumber at = file->number(log.size);
  const auto newest = newest_of_line(log, file->timeline(), at);
  if (!newest) return;
  position.behind_segments = newest->value - std::min(newest->value, at.value);
  position.behind_bytes = *position.behind_segments * log.size.bytes();
}

std::vector<HoleReport> missing_in(const KnownLog& log, const std::string& era,
                                   const FileRange& range) {
  std::vector<HoleReport> missing;
  for (const Gap& gap : gaps_of(log)) {
    if (const auto in_range = clipped(gap, range, log.size)) {
      missing.push_back(hole_report(era, *in_range, log.size));
    }
  }
  for (const std::string& name : missing_histories(log)) {
    if (!range.holds(name)) continue;
    missing.push_back({.era = era, .first = name, .last = name, .count = 1});
  }
  // A history sorts before the segments of its timeline: '.' is lower than a digit.
  std::ranges::sort(missing, {}, &HoleReport::first);
  return missing;
}

}  // namespace walstow
