#include "store/page/cluster_tables.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/wire/report_facts.h"
#include "store/archive/standby_positions.h"
#include "store/page/html_table.h"
#include "store/page/timeline_svg.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

constexpr std::size_t kLongestPageLabel = 60;  // characters of a label or a reason

std::size_t left_out(std::size_t all, std::size_t shown) {
  return all - std::min(all, shown);
}

// The newest ones of a cluster's backups, newest first.
std::vector<const BackupReport*> newest_backups(const ClusterState& state) {
  std::vector<const BackupReport*> backups;
  for (const EraReport& era : state.report->eras) {
    for (const TimelineReport& timeline : era.timelines) {
      for (const BackupReport& backup : timeline.backup_files)
        backups.push_back(&backup);
    }
  }
  for (const BackupReport& backup : state.added_backups)
    backups.push_back(&backup);
  std::ranges::stable_sort(backups, std::ranges::greater(), &BackupReport::stopped);
  return backups;
}

// The segment that it has reached; of a server of an older era perhaps "".
std::string place_of(const PositionReport& position, const ClusterReport& report) {
  const auto size = report.eras.empty() ? std::nullopt : segment_size_of(report.eras.back());
  const auto file = size ? reached(position, *size) : std::nullopt;
  return file ? file->text() : std::string();
}

class Tables {
 public:
  Tables(Html& html, const ClusterState& state, Time now)
      : html_(html), state_(state), report_(*state.report), now_(now) {}

  void holes();
  void standbys();
  void backups();
  void holds();
  void older_eras();

 private:
  Html& html_;
  const ClusterState& state_;
  const ClusterReport& report_;
  const Time now_;
};

void Tables::holes() {
  std::size_t shown = 0;
  std::size_t all = 0;
  for (const EraReport& era : report_.eras)
    all += era.holes.size();
  if (all == 0) return;
  write_heading(html_, "Holes");
  HtmlTable table(html_, "Missing segments", {"First", "Last", "Segments", "Era"});
  for (const EraReport& era : report_.eras) {
    for (const HoleReport& hole : era.holes) {
      if (shown++ >= kMostRowsShown) break;
      table.cell().raw("<span class=\"name\">").text(hole.first).raw("</span>");
      table.cell().raw("<span class=\"name\">").text(hole.last).raw("</span>");
      table.cell().raw(fmt::format("{}", hole.count));
      table.cell().raw("<span class=\"name\">").text(hole.era).raw("</span>");
    }
  }
  table.end();
  write_more(html_, left_out(all, kMostRowsShown), "hole");
}

void Tables::standbys() {
  write_heading(html_, "Standbys");
  const auto& all = report_.positions;
  if (all.empty()) {
    html_.raw("<p class=\"quiet\">No standby has requested WAL or reported a restartpoint.</p>");
    return;
  }
  HtmlTable table(html_, "Standbys and servers that were standbys",
                  {"Standby", "Host", "Position", "Distance", "Needs WAL from", "Last request"});
  for (std::size_t i = 0; i < std::min(all.size(), kMostRowsShown); ++i) {
    const PositionReport& position = all[i];
    const std::string& needs =
        position.restartpoint.empty() ? position.lowest_handed : position.restartpoint;
    table.cell().text(name_of(position));
    table.cell().text(position.host).raw(" <small>client ").text(position.client).raw("</small>");
    table.cell().raw("<span class=\"name\">").text(place_of(position, report_)).raw("</span>");
    if (position.retired) {
      table.cell().raw("a primary now");
    } else {
      const bool behind = position.behind_bytes.value_or(0) > 0;
      table.cell().raw(behind ? "<b class=\"behind\">" : "<b class=\"good\">");
      html_.text(distance_text(position)).raw("</b>");
    }
    table.cell()
        .raw("<span class=\"name\">")
        .text(needs.empty() ? "everything" : needs)
        .raw("</span>");
    table.cell();
    if (position.seen) {
      html_.ago(*position.seen, now_);
    } else {
      html_.raw("never");
    }
  }
  table.end();
  write_more(html_, left_out(all.size(), kMostRowsShown), "standby");
}

void Tables::backups() {
  write_heading(html_, "Base backups");
  const auto all = newest_backups(state_);
  if (all.empty()) {
    html_.raw("<p class=\"quiet\">The archive knows no base backup.</p>");
    return;
  }
  HtmlTable table(html_, "Base backups, newest first",
                  {"Ended", "Label", "Timeline", "From", "To", "Origin"});
  for (std::size_t i = 0; i < std::min(all.size(), kMostBackupsListed); ++i) {
    const BackupReport& backup = *all[i];
    table.cell().ago(backup.stopped, now_);
    table.cell().text(shortened(backup.label, kLongestPageLabel));
    table.cell().raw(fmt::format("{}", backup.timeline));
    table.cell().text(backup.start);
    table.cell().text(backup.stop);
    table.cell().raw(backup.pruned  ? "its WAL was pruned"
                     : backup.added ? "added by hand"
                                    : "its .backup file");
  }
  table.end();
  std::size_t known = state_.added_backups.size();
  for (const EraReport& era : report_.eras) {
    for (const TimelineReport& timeline : era.timelines)
      known += timeline.backups;
  }
  write_more(html_, left_out(known, kMostBackupsListed), "backup");
}

void Tables::holds() {
  if (state_.holds.empty()) return;
  write_heading(html_, "Holds");
  HtmlTable table(html_, "Holds", {"From", "To", "Reason", "By", "Since"});
  for (std::size_t i = 0; i < std::min(state_.holds.size(), kMostRowsShown); ++i) {
    const HoldReport& hold = state_.holds[i];
    table.cell().raw("<span class=\"name\">").text(hold.from).raw("</span>");
    table.cell()
        .raw("<span class=\"name\">")
        .text(hold.to.empty() ? "open" : hold.to)
        .raw("</span>");
    table.cell().text(shortened(hold.reason, kLongestPageLabel));
    table.cell().text(hold.by);
    table.cell().ago(hold.added, now_);
  }
  table.end();
  write_more(html_, left_out(state_.holds.size(), kMostRowsShown), "hold");
}

void Tables::older_eras() {
  const auto& eras = report_.eras;
  if (eras.size() < 2) return;
  write_heading(html_, "Eras");
  HtmlTable table(html_, "Eras, newest last", {"Era", "Timelines", "Segments", "Missing"});
  const std::size_t first = left_out(eras.size(), kMostRowsShown);
  for (std::size_t i = first; i < eras.size(); ++i) {
    std::uint64_t segments = 0;
    for (const TimelineReport& timeline : eras[i].timelines)
      segments += timeline.segments;
    table.cell().raw("<span class=\"name\">").text(eras[i].era).raw("</span>");
    table.cell().raw(fmt::format("{}", eras[i].timelines.size()));
    table.cell().raw(fmt::format("{}", segments));
    table.cell().raw(fmt::format("{}", eras[i].missing));
  }
  table.end();
  write_more(html_, first, "era");
}

}  // namespace

void write_heading(Html& html, std::string_view title) {
  html.raw("<h3>").text(title).raw("</h3>");
}

void write_more(Html& html, std::size_t left_out, std::string_view noun) {
  if (left_out == 0) return;
  html.raw("<p class=\"quiet\">and ")
      .text(counted(left_out, fmt::format("more {}", noun)))
      .raw("</p>");
}

std::optional<Time> newest_backup(const ClusterState& state) {
  const auto all = newest_backups(state);
  return all.empty() ? std::nullopt : std::optional(all.front()->stopped);
}

void write_tables(Html& html, const ClusterState& state, Time now) {
  Tables tables(html, state, now);
  tables.holes();
  tables.standbys();
  tables.backups();
  tables.holds();
  tables.older_eras();
}

}  // namespace walstow
