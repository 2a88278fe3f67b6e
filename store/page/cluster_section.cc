#include "store/page/cluster_section.h"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>

#include "proto/base/size_text.h"
#include "proto/wire/report_facts.h"
#include "store/page/cluster_tables.h"
#include "store/page/html_table.h"
#include "store/page/rates_svg.h"
#include "store/page/timeline_map.h"
#include "store/page/timeline_svg.h"
#include "store/report/cluster_warnings.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

class Section {
 public:
  Section(Html& html, const ClusterState& state, Time now, std::string id)
      : html_(html), state_(state), report_(*state.report), now_(now), id_(std::move(id)) {}

  void facts();
  void drawing();
  void timelines();
  void requests(const RequestMetrics& metrics);

 private:
  Html& fact(std::string_view name);
  void recoverable_fact(const EraReport& era);
  void retention_facts(const RetentionReport& retention);
  void legend(const TimelineMap& map);
  void timeline_row(HtmlTable& table, const EraReport& era, const TimelineReport& timeline);

  Html& html_;
  const ClusterState& state_;
  const ClusterReport& report_;
  const Time now_;
  const std::string id_;
};

Html& Section::fact(std::string_view name) {
  return html_.raw("<div><dt>").raw(name).raw("</dt><dd>");
}

void Section::retention_facts(const RetentionReport& retention) {
  html_.raw("<dl class=\"facts two\">");
  fact("Floor");
  if (retention.floor.empty()) {
    html_.raw("none");
  } else {
    html_.text(retention.floor);
  }
  html_.raw("<small>").message(retention.reason).raw("</small></dd></div>");
  fact("Pruning");
  if (retention.policy) {
    html_.raw(fmt::format("by policy<small>a prune would delete {} now, {}</small>",
                          counted(retention.files, "file"), size_text(retention.stored_bytes)));
    std::istringstream lines(policy_text(*retention.policy));
    for (std::string line; std::getline(lines, line);)
      html_.raw("<small>").text(line).raw("</small>");
  } else {
    html_.raw("no policy<small>nothing is pruned automatically</small>");
  }
  html_.raw("</dd></div></dl>");
}

void Section::recoverable_fact(const EraReport& era) {
  html_.raw("<dl class=\"facts two\">");
  fact("Recoverable");
  if (era.recoverable) {
    html_.text(moments_text(*era.recoverable));
    html_.raw("<small>").text(recovery_text(*era.recoverable)).raw("</small>");
  } else {
    html_.text(not_recoverable_text(era));
  }
  html_.raw("</dd></div></dl>");
}

void Section::facts() {
  html_.raw("<dl class=\"facts\">");
  fact("Stored");
  html_.raw(report_.quota ? quota_text(report_) : size_text(report_.stored_bytes));
  html_.raw("</dd></div>");
  fact("Newest WAL");
  if (const auto newest = newest_put(report_)) {
    html_.ago(*newest, now_);
  } else {
    html_.raw("none yet");
  }
  html_.raw("</dd></div>");
  fact("Newest backup");
  if (const auto newest = newest_backup(state_)) {
    html_.ago(*newest, now_);
  } else {
    html_.raw("none known");
  }
  html_.raw("</dd></div>");
  fact("Verified");
  if (report_.verified) {
    html_.ago(report_.verified->ended, now_);
    html_.raw(fmt::format("<small>{}, {}, {}</small>", report_.verified->deep ? "content" : "bytes",
                          counted(report_.verified->objects, "object"),
                          counted(report_.verified->problems, "problem")));
  } else {
    html_.raw("never completely");
  }
  html_.raw("</dd></div>");
  html_.raw("</dl>");
  if (!report_.eras.empty() && !report_.eras.back().timelines.empty())
    recoverable_fact(report_.eras.back());
  if (!report_.eras.empty() && report_.eras.back().retention)
    retention_facts(*report_.eras.back().retention);
}

// Names only what the drawing has.
void Section::legend(const TimelineMap& map) {
  const auto any = [&map](auto MapRow::*part) {
    return std::ranges::any_of(map.rows,
                               [part](const MapRow& row) { return !(row.*part).empty(); });
  };
  const auto item = [this](std::string_view kind, std::string_view drawn, std::string_view text) {
    html_.raw(
        fmt::format("<li><svg class=\"key\" width=\"26\" height=\"16\" aria-hidden=\"true\">"
                    "<g class=\"{}\">{}</g></svg>{}</li>",
                    kind, drawn, text));
  };
  html_.raw("<ul class=\"legend\">");
  item("", R"(<rect x="0" y="2" width="26" height="12" class="wal"/>)", "archived WAL");
  if (any(&MapRow::holes)) {
    item("hole", R"(<rect x="1" y="2" width="24" height="12"/>)", "hole: segments are missing");
  }
  if (any(&MapRow::breaks)) {
    item(
        "break",
        R"(<svg x="13" y="8" overflow="visible" class="mark"><path d="M-6-7 6 7M-6 7 6-7"/></svg>)",
        "the log breaks off");
  }
  if (any(&MapRow::backups)) {
    item("backup",
         R"(<svg x="13" y="8" overflow="visible" class="mark"><path d="M0-7 7 0 0 7-7 0Z"/></svg>)",
         "base backup");
  }
  if (any(&MapRow::standbys)) {
    item("standby",
         R"(<svg x="13" y="9" overflow="visible" class="mark"><path d="M0-7 6 5-6 5Z"/></svg>)",
         "standby");
  }
  if (!map.holds.empty()) {
    item(
        "hold",
        R"(<line x1="2" x2="26" y1="9" y2="9" class="reach"/><line x1="2" x2="2" y1="2" y2="16" class="edge"/>)",
        "hold: everything from here on is kept");
  }
  if (map.floor) {
    item("floor", R"(<line x1="13" x2="13" y1="0" y2="16" class="edge"/>)",
         "floor: nothing before it is needed");
  }
  html_.raw("</ul>");
}

void Section::drawing() {
  const auto map = map_of(state_);
  if (!map) {
    html_.raw("<p class=\"quiet\">There is no segment to draw.</p>");
    return;
  }
  html_.raw("<div class=\"drawing\">");
  write_timeline_svg(html_, *map, state_.cluster, fmt::format("{}-map", id_));
  legend(*map);
  html_.raw("</div>");
  if (map->timelines_left_out > 0) {
    html_.raw(fmt::format("<p class=\"quiet\">{} not drawn: the newest {} are.</p>",
                          counted(map->timelines_left_out, "older timeline"), map->rows.size()));
  }
}

void Section::timeline_row(HtmlTable& table, const EraReport& era, const TimelineReport& timeline) {
  table.cell().raw(fmt::format("{}", timeline.timeline));
  if (timeline.parent) {
    table.cell().raw(fmt::format("from {} at ", *timeline.parent)).text(timeline.left_parent_at);
  } else {
    table.cell().raw("the first");
  }
  const std::string prefix = to_hex8(Timeline{timeline.timeline});
  std::uint64_t missing = 0;
  for (const HoleReport& hole : era.holes)
    missing += hole.first.starts_with(prefix) ? hole.count : 0;
  if (timeline.ranges.empty()) {
    table.cell().raw("no segment");
  } else {
    table.cell()
        .raw("<span class=\"name\">")
        .text(timeline.ranges.front().first)
        .raw("</span> to <span class=\"name\">")
        .text(timeline.ranges.back().last)
        .raw("</span>");
    if (timeline.ranges_left_out > 0) {
      html_.raw(fmt::format(", and {}", counted(timeline.ranges_left_out, "older range")));
    }
  }
  table.cell().raw(fmt::format("{}", timeline.segments));
  table.cell().raw(missing == 0 ? std::string("none")
                                : fmt::format("<b class=\"bad\">{}</b>", missing));
  table.cell().raw(size_text(timeline.stored_bytes));
  table.cell();
  if (timeline.newest) {
    html_.ago(*timeline.newest, now_);
  } else {
    html_.raw("never");
  }
}

void Section::timelines() {
  write_heading(html_, "Timelines");
  if (report_.eras.empty()) {
    html_.raw("<p class=\"quiet\">Nothing has been archived yet.</p>");
    return;
  }
  drawing();
  const EraReport& era = report_.eras.back();
  HtmlTable table(
      html_, "Timelines, newest last",
      {"Timeline", "Origin", "First and last", "Segments", "Missing", "Stored", "Last put"});
  const std::size_t left_out =
      era.timelines.size() - std::min(era.timelines.size(), kMostRowsShown);
  for (std::size_t i = left_out; i < era.timelines.size(); ++i)
    timeline_row(table, era, era.timelines[i]);
  table.end();
  write_more(html_, left_out, "timeline");
}

void Section::requests(const RequestMetrics& metrics) {
  write_heading(html_, "Requests of the last hours");
  write_rates(html_, metrics.recent(state_.cluster), metrics.counts_since(), now_, id_);
}

}  // namespace

void write_cluster(Html& html, const ClusterState& state, const RequestMetrics& requests, Time now,
                   const std::string& id) {
  html.raw(
      fmt::format("<section class=\"card\" id=\"{0}\" data-part aria-labelledby=\"{0}-title\">"
                  "<h2 id=\"{0}-title\">Cluster ",
                  id));
  html.text(state.cluster).raw("</h2>");
  if (!state.report) {
    html.raw(
        "<p>The store could not read the state of this cluster. The store's log contains the "
        "cause.</p></section>");
    return;
  }
  Section section(html, state, now, id);
  section.facts();
  section.timelines();
  write_tables(html, state, now);
  section.requests(requests);
  html.raw("</section>");
}

}  // namespace walstow
