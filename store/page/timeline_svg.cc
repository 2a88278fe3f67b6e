#include "store/page/timeline_svg.h"

#include <fmt/format.h>

#include "proto/base/size_text.h"
#include "proto/wire/report_facts.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

// Pixels.
constexpr int kAxis = 30;
constexpr int kLane = 19;
constexpr int kLabel = 20;
constexpr int kBar = 16;
constexpr int kGap = 14;
constexpr int kFoot = 22;

// Characters of a text in the drawing, and on a phone.
constexpr std::size_t kLongestName = 24;
constexpr std::size_t kLongestNarrowName = 10;
constexpr std::size_t kLongestReason = 60;
constexpr std::size_t kLongestNarrowReason = 20;

std::string percent(double value) {
  return fmt::format("{:.3f}%", value);
}

// Where a text beside a position has more room.
std::string_view anchor(double at) {
  return at > 50 ? "end" : "start";
}

class Drawing {
 public:
  Drawing(Html& html, const TimelineMap& map) : html_(html), map_(map) {}

  void write(const std::string& cluster, const std::string& id);

 private:
  void place_rows();
  int lanes_of(const MapRow& row) const;
  void write_title(const std::string& cluster, const std::string& id);
  void write_axis();
  void write_holds();
  void write_floor();
  void write_branch(std::size_t index);
  void write_row(std::size_t index);
  void write_bar(const MapRow& row, int y);
  void write_standbys(const MapRow& row, int y);

  void begin_group(std::string_view kind, std::string_view title);
  void text(double at, int y, std::string_view kind, std::string_view text);
  // `narrow` replaces the text on a phone.
  void text(double at, int y, std::string_view kind, std::string_view wide,
            std::string_view narrow);
  void line(double from, double to, int y, std::string_view kind);
  void vertical(double at, int from, int to, std::string_view kind);
  void marker(double at, int y, std::string_view kind, std::string_view path);

  Html& html_;
  const TimelineMap& map_;
  std::vector<int> tops_;  // of each row
  int height_ = 0;
};

void Drawing::begin_group(std::string_view kind, std::string_view title) {
  html_.raw(fmt::format("<g class=\"{}\"><title>", kind)).text(title).raw("</title>");
}

void Drawing::text(double at, int y, std::string_view kind, std::string_view text) {
  html_.raw(fmt::format("<text x=\"{}\" y=\"{}\" dx=\"{}\" text-anchor=\"{}\" class=\"{}\">",
                        percent(at), y, at > 50 ? -9 : 9, anchor(at), kind));
  html_.text(text).raw("</text>");
}

void Drawing::text(double at, int y, std::string_view kind, std::string_view wide,
                   std::string_view narrow) {
  if (wide == narrow) {
    text(at, y, kind, wide);
    return;
  }
  text(at, y, fmt::format("{} wide", kind), wide);
  text(at, y, fmt::format("{} narrow", kind), narrow);
}

void Drawing::line(double from, double to, int y, std::string_view kind) {
  html_.raw(fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" class=\"{}\"/>",
                        percent(from), percent(to), y, y, kind));
}

void Drawing::vertical(double at, int from, int to, std::string_view kind) {
  html_.raw(fmt::format("<line x1=\"{0}\" x2=\"{0}\" y1=\"{1}\" y2=\"{2}\" class=\"{3}\"/>",
                        percent(at), from, to, kind));
}

// `path` is drawn around (0, 0).
void Drawing::marker(double at, int y, std::string_view kind, std::string_view path) {
  html_.raw(
      fmt::format("<svg x=\"{}\" y=\"{}\" overflow=\"visible\" class=\"{}\"><path d=\"{}\"/></svg>",
                  percent(at), y, kind, path));
}

int Drawing::lanes_of(const MapRow& row) const {
  const std::size_t drawn = std::min(row.standbys.size(), kMostStandbysDrawn);
  const bool more = row.standbys.size() > drawn;
  return static_cast<int>(drawn) + (more ? 1 : 0) + (row.holes.empty() ? 0 : 1);
}

void Drawing::place_rows() {
  int y = kAxis + kLane * static_cast<int>(map_.holds.size()) + (map_.holds.empty() ? 0 : 6);
  for (const MapRow& row : map_.rows) {
    tops_.push_back(y);
    y += kLabel + kBar + kLane * lanes_of(row) + kGap;
  }
  height_ = y + (map_.floor ? kFoot : 0);
}

void Drawing::write_title(const std::string& cluster, const std::string& id) {
  html_.raw(fmt::format("<title id=\"{}-title\">Timelines of cluster ", id));
  html_.text(cluster).raw(fmt::format(", to scale</title><desc id=\"{}-desc\">", id));
  html_.raw(fmt::format("{} from {} to {}.", counted(map_.rows.size(), "timeline"),
                        to_string(map_.from), to_string(map_.to)));
  for (const MapRow& row : map_.rows) {
    html_.raw(fmt::format(" Timeline {}", row.report->timeline));
    if (row.report->parent) {
      html_.raw(fmt::format(" branched off timeline {} at ", *row.report->parent));
      html_.text(row.report->left_parent_at);
    }
    html_.raw(fmt::format(": {}, {}, {}, {}.", counted(row.report->segments, "segment"),
                          counted(row.holes.size(), "hole"), counted(row.backups.size(), "backup"),
                          counted(row.standbys.size(), "standby")));
  }
  html_.raw(" The tables below contain the same facts.</desc>");
}

void Drawing::write_axis() {
  html_.raw(fmt::format("<text x=\"0\" y=\"13\" class=\"axis\">{}</text>", to_string(map_.from)));
  html_.raw(
      fmt::format("<text x=\"50%\" y=\"13\" text-anchor=\"middle\" class=\"axis\">{} of log</text>",
                  size_text(map_.to.value - map_.from.value)));
  html_.raw(fmt::format("<text x=\"100%\" y=\"13\" text-anchor=\"end\" class=\"axis\">{}</text>",
                        to_string(map_.to)));
  for (const int quarter : {0, 25, 50, 75, 100})
    vertical(quarter, 19, height_, "grid");
}

// A hold keeps everything after its beginning.
void Drawing::write_holds() {
  int y = kAxis;
  for (const MapHold& hold : map_.holds) {
    const std::string& reason = hold.report->reason;
    begin_group("hold", fmt::format("hold from {}: {}", hold.report->from, hold.report->reason));
    line(hold.at, 100, y + 14, "reach");
    vertical(hold.at, y + 7, y + 21, "edge");
    text(hold.at, y + 8, "note", fmt::format("hold: {}", shortened(reason, kLongestReason)),
         fmt::format("hold: {}", shortened(reason, kLongestNarrowReason)));
    html_.raw("</g>");
    y += kLane;
  }
}

void Drawing::write_floor() {
  if (!map_.floor) return;
  html_.raw("<g class=\"floor\"><title>floor: nothing below it is needed</title>");
  vertical(*map_.floor, kAxis - 8, height_ - 14, "edge");
  text(*map_.floor, height_ - 5, "note", "floor");
  html_.raw("</g>");
}

void Drawing::write_branch(std::size_t index) {
  const MapRow& row = map_.rows[index];
  if (!row.parent_row) return;
  vertical(row.begin, tops_[*row.parent_row] + kLabel + kBar, tops_[index] + kLabel + kBar,
           "branch");
}

void Drawing::write_bar(const MapRow& row, int y) {
  for (const MapSpan& span : row.ranges) {
    html_.raw(fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"wal\"/>",
                          percent(span.from), y, percent(span.to - span.from), kBar));
  }
  for (const MapHole& hole : row.holes) {
    begin_group("hole",
                fmt::format("hole: {} missing, {} .. {}", counted(hole.report->count, "segment"),
                            hole.report->first, hole.report->last));
    html_.raw(fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></g>",
                          percent(hole.span.from), y, percent(hole.span.to - hole.span.from),
                          kBar));
  }
  for (const MapBackup& backup : row.backups) {
    begin_group("backup", fmt::format("backup {}, ended {}",
                                      backup.report->label.empty() ? backup.report->name
                                                                   : backup.report->label,
                                      to_iso8601(backup.report->stopped)));
    line(backup.span.from, backup.span.to, y + kBar / 2, "reach");
    marker(backup.span.from, y + kBar / 2, "mark", "M0-7 7 0 0 7-7 0Z");
    html_.raw("</g>");
  }
  for (const MapBreak& found : row.breaks) {
    begin_group("break", fmt::format("the log breaks off at {}", found.report->at));
    marker(found.at, y + kBar / 2, "mark", "M-6-9 6 9M-6 9 6-9");
    html_.raw("</g>");
  }
}

void Drawing::write_standbys(const MapRow& row, int y) {
  std::size_t drawn = 0;
  for (const MapStandby& standby : row.standbys) {
    if (drawn++ == kMostStandbysDrawn) break;
    const PositionReport& position = *standby.report;
    const bool behind = position.behind_bytes.value_or(0) > 0;
    begin_group(behind ? "standby behind" : "standby",
                fmt::format("standby {}: {}", name_of(position), distance_text(position)));
    if (behind) line(standby.at, standby.until, y + 9, "reach");
    marker(standby.at, y + 9, "mark", "M0-7 6 5-6 5Z");
    const std::string& name = name_of(position);
    const std::string distance = distance_text(position);
    text(standby.at, y + 13, "note", fmt::format("{}: {}", shortened(name, kLongestName), distance),
         fmt::format("{}: {}", shortened(name, kLongestNarrowName), distance));
    html_.raw("</g>");
    y += kLane;
  }
  if (row.standbys.size() > kMostStandbysDrawn) {
    text(0, y + 13, "note",
         fmt::format("and {}", counted(row.standbys.size() - kMostStandbysDrawn, "more standby")));
  }
}

void Drawing::write_row(std::size_t index) {
  const MapRow& row = map_.rows[index];
  const TimelineReport& report = *row.report;
  int y = tops_[index];
  std::string label = fmt::format("Timeline {}", report.timeline);
  if (report.parent) {
    label += fmt::format(" from {} at {}", *report.parent, report.left_parent_at);
  }
  // On a phone a text has room only from the margin.
  text(row.begin, y + 13, "label wide", label);
  text(0, y + 13, "label narrow", label);
  y += kLabel;
  write_bar(row, y);
  y += kBar;
  if (!row.holes.empty()) {
    std::uint64_t missing = 0;
    for (const MapHole& hole : row.holes)
      missing += hole.report->count;
    const MapHole& newest = row.holes.back();
    html_.raw("<g class=\"hole\">");
    vertical(newest.span.from, y, y + 12, "edge");
    text(newest.span.from, y + 14, "note",
         row.holes.size() == 1
             ? fmt::format("hole: {} missing", counted(missing, "segment"))
             : fmt::format("{} holes: {} missing", row.holes.size(), counted(missing, "segment")));
    html_.raw("</g>");
    y += kLane;
  }
  write_standbys(row, y);
}

void Drawing::write(const std::string& cluster, const std::string& id) {
  place_rows();
  html_.raw(
      fmt::format("<svg class=\"map\" role=\"img\" aria-labelledby=\"{0}-title\" "
                  "aria-describedby=\"{0}-desc\" width=\"100%\" height=\"{1}\">",
                  id, height_));
  write_title(cluster, id);
  write_axis();
  write_floor();
  for (std::size_t i = 0; i < map_.rows.size(); ++i)
    write_branch(i);
  write_holds();
  for (std::size_t i = 0; i < map_.rows.size(); ++i)
    write_row(i);
  html_.raw("</svg>");
}

}  // namespace

void write_timeline_svg(Html& html, const TimelineMap& map, const std::string& cluster,
                        const std::string& id) {
  Drawing(html, map).write(cluster, id);
}

std::string distance_text(const PositionReport& position) {
  if (!position.behind_bytes) return "its distance is not known";
  if (*position.behind_bytes == 0) return "at the newest segment";
  return fmt::format("{} behind", size_text(*position.behind_bytes));
}

}  // namespace walstow
