#include "store/page/timeline_map.h"

#include <algorithm>
#include <map>
#include <span>

#include "proto/wal/file_name.h"
#include "proto/wal/log_position.h"
#include "proto/wire/report_facts.h"
#include "store/archive/standby_positions.h"

namespace walstow {
namespace {

class MapMaker {
 public:
  MapMaker(const ClusterState& state, const EraReport& era, SegmentSize size)
      : state_(state), era_(era), size_(size) {}

  std::optional<TimelineMap> make();

 private:
  using Row = std::map<std::uint32_t, std::size_t>;  // of a timeline

  void choose_rows();
  void add_below(const TimelineReport* parent, std::span<const TimelineReport> timelines);
  bool find_scale();
  void include(std::optional<Lsn> lsn);
  std::optional<Lsn> start_of_segment(const std::string& name) const;
  std::optional<Lsn> end_of_segment(const std::string& name) const;
  std::optional<Lsn> start_of_hold(const HoldReport& hold) const;
  double at(Lsn lsn) const;
  std::optional<MapSpan> span_of(const std::string& first, const std::string& last) const;
  MapRow* row_of(std::uint32_t timeline);
  MapRow* row_of(const std::string& segment);

  void add_ranges(MapRow& row);
  void add_backup(const BackupReport& backup);
  void add_holes_and_breaks();
  void add_standbys();
  void add_holds();

  const ClusterState& state_;
  const EraReport& era_;
  const SegmentSize size_;
  TimelineMap map_;
  Row rows_;
  std::optional<Lsn> lowest_, highest_;
};

std::optional<Lsn> MapMaker::start_of_segment(const std::string& name) const {
  const auto number = segment_named(name, size_);
  return number ? std::optional(start_of(*number, size_)) : std::nullopt;
}

std::optional<Lsn> MapMaker::end_of_segment(const std::string& name) const {
  const auto number = segment_named(name, size_);
  return number ? std::optional(start_of(SegmentNumber{number->value + 1}, size_)) : std::nullopt;
}

std::optional<Lsn> MapMaker::start_of_hold(const HoldReport& hold) const {
  if (hold.era != era_.era) return std::nullopt;
  const auto position = LogPosition::parse(hold.from);
  const auto segment = position ? position->segment(size_) : std::nullopt;
  return segment ? std::optional(start_of(*segment, size_)) : std::nullopt;
}

void MapMaker::include(std::optional<Lsn> lsn) {
  if (!lsn) return;
  lowest_ = lowest_ ? std::min(*lowest_, *lsn) : *lsn;
  highest_ = highest_ ? std::max(*highest_, *lsn) : *lsn;
}

double MapMaker::at(Lsn lsn) const {
  const std::uint64_t inside = std::clamp(lsn.value, map_.from.value, map_.to.value);
  return 100.0 * static_cast<double>(inside - map_.from.value) /
         static_cast<double>(map_.to.value - map_.from.value);
}

std::optional<MapSpan> MapMaker::span_of(const std::string& first, const std::string& last) const {
  const auto from = start_of_segment(first);
  const auto to = end_of_segment(last);
  if (!from || !to) return std::nullopt;
  return MapSpan{.from = at(*from), .to = at(*to)};
}

MapRow* MapMaker::row_of(std::uint32_t timeline) {
  const auto found = rows_.find(timeline);
  return found == rows_.end() ? nullptr : &map_.rows[found->second];
}

MapRow* MapMaker::row_of(const std::string& segment) {
  const auto file = WalFileName::parse(segment);
  return file ? row_of(file->timeline().value) : nullptr;
}

// A parent has a lower number than its children, so this ends.
void MapMaker::add_below(const TimelineReport* parent, std::span<const TimelineReport> timelines) {
  for (const TimelineReport& timeline : timelines) {
    const bool is_child = parent != nullptr && timeline.parent == parent->timeline &&
                          timeline.timeline > parent->timeline;
    const bool is_root = !timeline.parent || *timeline.parent >= timeline.timeline ||
                         std::ranges::none_of(timelines, [&](const TimelineReport& other) {
                           return other.timeline == *timeline.parent;
                         });
    if (parent == nullptr ? !is_root : !is_child) continue;
    rows_[timeline.timeline] = map_.rows.size();
    map_.rows.push_back({.report = &timeline});
    if (parent != nullptr) map_.rows.back().parent_row = rows_[parent->timeline];
    add_below(&timeline, timelines);
  }
}

void MapMaker::choose_rows() {
  const std::span all(era_.timelines);
  const auto drawn = all.last(std::min(all.size(), kMostTimelinesDrawn));
  map_.timelines_left_out = all.size() - drawn.size();
  add_below(nullptr, drawn);
}

// From the oldest segment, branch point or floor to the end of the newest segment.
bool MapMaker::find_scale() {
  for (const MapRow& row : map_.rows) {
    for (const SegmentRange& range : row.report->ranges) {
      include(start_of_segment(range.first));
      include(end_of_segment(range.last));
    }
  }
  if (!lowest_) return false;
  for (const MapRow& row : map_.rows)
    include(parse_lsn(row.report->left_parent_at));
  if (era_.retention) include(parse_lsn(era_.retention->floor));
  map_.from = *lowest_;
  map_.to = *highest_;
  return map_.from < map_.to;
}

// The first segment of a timeline begins with the log of its parent, up to the branch point.
void MapMaker::add_ranges(MapRow& row) {
  const auto left_at = parse_lsn(row.report->left_parent_at);
  if (left_at) row.begin = at(*left_at);
  for (const SegmentRange& range : row.report->ranges) {
    auto span = span_of(range.first, range.last);
    if (!span) continue;
    if (left_at) span->from = std::max(span->from, std::min(row.begin, span->to));
    row.ranges.push_back(*span);
  }
  if (!left_at && !row.ranges.empty()) row.begin = row.ranges.front().from;
}

void MapMaker::add_backup(const BackupReport& backup) {
  MapRow* const row = row_of(backup.timeline);
  const auto start = parse_lsn(backup.start);
  if (row == nullptr || !start || backup.era != era_.era || backup.pruned) return;
  const auto stop = parse_lsn(backup.stop);
  row->backups.push_back(
      {.span = {.from = at(*start), .to = at(std::max(*start, stop.value_or(*start)))},
       .report = &backup});
}

void MapMaker::add_holes_and_breaks() {
  for (const HoleReport& hole : era_.holes) {
    MapRow* const row = row_of(hole.first);
    const auto span = span_of(hole.first, hole.last);
    if (row != nullptr && span) row->holes.push_back({.span = *span, .report = &hole});
  }
  for (const BreakReport& found : era_.breaks) {
    MapRow* const row = row_of(found.file);
    const auto lsn = parse_lsn(found.at);
    if (row != nullptr && lsn) row->breaks.push_back({.at = at(*lsn), .report = &found});
  }
}

void MapMaker::add_standbys() {
  const auto era = parse_era_name(era_.era);
  for (const PositionReport& position : state_.report->positions) {
    const bool is_of_it = era && position.system == std::to_string(era->system_identifier);
    const auto file = reached(position, size_);
    if (position.retired || !is_of_it || !file) continue;
    if (MapRow* const row = row_of(file->timeline().value)) {
      const Lsn end = *end_of_segment(file->text());
      row->standbys.push_back({.at = at(end),
                               .until = at(Lsn{end.value + position.behind_bytes.value_or(0)}),
                               .report = &position});
    }
  }
  for (MapRow& row : map_.rows)
    std::ranges::stable_sort(row.standbys, {}, &MapStandby::at);
}

void MapMaker::add_holds() {
  for (const HoldReport& hold : state_.holds) {
    if (const auto start = start_of_hold(hold)) {
      map_.holds.push_back({.at = at(*start), .report = &hold});
    }
  }
  std::ranges::stable_sort(map_.holds, {}, &MapHold::at);
  map_.holds.resize(std::min(map_.holds.size(), kMostHoldsDrawn));
}

std::optional<TimelineMap> MapMaker::make() {
  choose_rows();
  if (!find_scale()) return std::nullopt;
  for (MapRow& row : map_.rows)
    add_ranges(row);
  for (const MapRow& row : map_.rows) {
    for (const BackupReport& backup : row.report->backup_files)
      add_backup(backup);
  }
  for (const BackupReport& backup : state_.added_backups)
    add_backup(backup);
  add_holes_and_breaks();
  add_standbys();
  add_holds();
  if (era_.retention) {
    if (const auto floor = parse_lsn(era_.retention->floor)) map_.floor = at(*floor);
  }
  return std::move(map_);
}

}  // namespace

std::optional<TimelineMap> map_of(const ClusterState& state) {
  if (!state.report || state.report->eras.empty()) return std::nullopt;
  const EraReport& era = state.report->eras.back();
  const auto size = segment_size_of(era);
  return size ? MapMaker(state, era, *size).make() : std::nullopt;
}

}  // namespace walstow
