#include "store/page/status_page.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/size_text.h"
#include "proto/http/http.h"
#include "proto/wire/report_facts.h"
#include "store/page/assets.h"
#include "store/page/cluster_section.h"
#include "store/page/cluster_tables.h"
#include "store/page/html_table.h"
#include "store/page/notices.h"
#include "store/page/rates_svg.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

using Level = Notice::Level;

// How the page as a whole looks.
struct Look {
  std::string_view kind;   // class
  std::string_view icon;   // path in a box of 24 by 24
  std::string_view color;  // of the icon in the browser's tab
};
constexpr Look kGoodLook{"good", "M5 12.5 10 17.5 19 7", "%2317683a"};
constexpr Look kRemarkLook{"remark", "M12 6v7M12 17.2v.1", "%238a5300"};
constexpr Look kBadLook{"bad", "M12 6v7M12 17.2v.1", "%23b3201b"};

class Page {
 public:
  Page(const PageFacts& facts, const std::optional<std::string>& only);

  StatusPage write();

 private:
  const Look& look() const;
  std::string summary() const;
  const ClusterState* the_only() const;

  void write_head();
  void write_top();
  void write_notices();
  void write_notice(const Notice& notice);
  void write_clusters();
  void write_overview();
  void write_overview_row(HtmlTable& table, const ClusterState& state);
  void write_store();
  void link_to(const std::string& cluster);

  const PageFacts& facts_;
  const std::optional<std::string>& only_;
  std::vector<Notice> notices_;
  Html html_;
};

Page::Page(const PageFacts& facts, const std::optional<std::string>& only)
    : facts_(facts),
      only_(only),
      notices_(notices_of({.snapshot = facts.snapshot,
                           .daemon = facts.daemon,
                           .requests = facts.requests,
                           .now = facts.now})) {
  if (only) {
    std::erase_if(notices_, [&only](const Notice& notice) {
      return !notice.cluster.empty() && notice.cluster != *only;
    });
  }
}

const Look& Page::look() const {
  if (notices_.empty()) return kGoodLook;
  return notices_.front().level == Level::kProblem ? kBadLook : kRemarkLook;
}

std::string Page::summary() const {
  if (notices_.empty()) return "All is well";
  const auto problems =
      static_cast<std::uint64_t>(std::ranges::count(notices_, Level::kProblem, &Notice::level));
  const std::uint64_t remarks = notices_.size() - problems;
  if (problems == 0) return counted(remarks, "remark");
  if (remarks == 0) return counted(problems, "problem");
  return fmt::format("{} and {}", counted(problems, "problem"), counted(remarks, "remark"));
}

// nullptr: there is no such cluster, or the archive cannot be read.
const ClusterState* Page::the_only() const {
  if (facts_.snapshot == nullptr) return nullptr;
  const auto found = std::ranges::find(facts_.snapshot->clusters, *only_, &ClusterState::cluster);
  return found == facts_.snapshot->clusters.end() ? nullptr : &*found;
}

void Page::write_head() {
  html_.raw(fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\" data-release=\"{}\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>",
      page_release()));
  html_.text(summary()).raw(" - walstow");
  if (only_) html_.raw(" ").text(*only_);
  html_.raw(fmt::format(
      "</title><link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/"
      "svg' viewBox='0 0 24 24'%3E%3Crect width='24' height='24' rx='6' fill='{}'/%3E%3Cpath "
      "d='{}' fill='none' stroke='white' stroke-width='3' stroke-linecap='round'/%3E%3C/svg%3E\">",
      look().color, look().icon));
  html_.raw("<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript><style>");
  html_.raw(page_style()).raw("</style></head><body>");
  // The pattern of all drawings.
  html_.raw(
      "<svg class=\"svg-parts\" aria-hidden=\"true\"><defs><pattern id=\"hatch\" width=\"6\" "
      "height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect "
      "width=\"6\" height=\"6\" class=\"hatch-back\"/><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" "
      "class=\"hatch\"/></pattern></defs></svg>");
  html_.raw("<p id=\"offline\" role=\"alert\" hidden></p><main>");
}

void Page::write_top() {
  html_.raw("<header class=\"top\" id=\"top\" data-part><h1>walstow status</h1>");
  if (only_) html_.raw("<a href=\"/\" id=\"all\">all clusters</a>");
  html_.raw("<p>");
  if (facts_.snapshot != nullptr) {
    html_.raw("state of the archive as of ").ago(facts_.snapshot->taken, facts_.now);
  } else {
    html_.raw("asked on ").raw(to_iso8601(facts_.now));
  }
  html_.raw("</p></header>");
}

void Page::link_to(const std::string& cluster) {
  html_.raw(fmt::format("<a href=\"/?cluster={0}\" id=\"to-{0}\">", percent_encoded(cluster)));
  html_.text(cluster).raw("</a>");
}

void Page::write_notice(const Notice& notice) {
  html_.raw("<li>");
  if (!notice.cluster.empty()) {
    html_.raw("<span class=\"whose\">").text(notice.cluster).raw("</span> ");
  }
  if (!notice.warning.mark.empty()) {
    html_.raw(fmt::format("<span class=\"badge {}\">",
                          notice.level == Level::kProblem ? "bad" : "remark"));
    html_.text(notice.warning.mark).raw("</span>");
  }
  html_.message(notice.warning.text);
  html_.raw(notice.warning.text.ends_with('.') ? "</li>" : ".</li>");
}

void Page::write_notices() {
  html_.raw(
      fmt::format("<section class=\"card state {}\" id=\"state\" data-part "
                  "aria-labelledby=\"summary\"><div aria-live=\"polite\"><h2 id=\"summary\">"
                  "<svg width=\"24\" height=\"24\" viewBox=\"0 0 24 24\" "
                  "aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"10.5\"/><path "
                  "d=\"{}\"/></svg>",
                  look().kind, look().icon));
  html_.text(summary()).raw("</h2></div>");
  if (!notices_.empty()) {
    html_.raw("<ul class=\"notices\">");
    for (std::size_t i = 0; i < std::min(notices_.size(), kMostNotices); ++i)
      write_notice(notices_[i]);
    if (notices_.size() > kMostNotices) {
      html_.raw(fmt::format("<li>and {} more</li>", notices_.size() - kMostNotices));
    }
    html_.raw("</ul>");
  }
  html_.raw("</section>");
}

void Page::write_overview_row(HtmlTable& table, const ClusterState& state) {
  table.cell();
  link_to(state.cluster);
  const auto is_of_it = [&state](const Notice& one) { return one.cluster == state.cluster; };
  const auto found = std::ranges::find_if(notices_, is_of_it);
  const auto all = static_cast<std::uint64_t>(std::ranges::count_if(notices_, is_of_it));
  table.cell();
  if (found == notices_.end()) {
    html_.raw("<b class=\"good\">well</b>");
  } else {
    const bool bad = found->level == Level::kProblem;
    html_.raw(fmt::format("<b class=\"{}\">{}</b>", bad ? "bad" : "behind",
                          counted(all, bad ? "problem" : "remark")));
  }
  if (!state.report) {
    for (int i = 0; i < 5; ++i)
      table.cell().raw("unknown");
    return;
  }
  const ClusterReport& report = *state.report;
  table.cell();
  if (const auto newest = newest_put(report)) {
    html_.ago(*newest, facts_.now);
  } else {
    html_.raw("none yet");
  }
  table.cell().raw(size_text(report.stored_bytes));
  table.cell();
  if (const auto newest = newest_backup(state)) {
    html_.ago(*newest, facts_.now);
  } else {
    html_.raw("none known");
  }
  std::uint64_t standbys = 0;
  std::uint64_t farthest = 0;
  for (const PositionReport& position : report.positions) {
    if (position.retired) continue;
    ++standbys;
    farthest = std::max(farthest, position.behind_bytes.value_or(0));
  }
  table.cell().raw(fmt::format("{}", standbys));
  if (farthest > 0) html_.raw(fmt::format(", up to {} behind", size_text(farthest)));
  table.cell().raw(size_text(last_hour(facts_.requests.recent(state.cluster)).put_bytes));
}

void Page::write_overview() {
  const auto& clusters = facts_.snapshot->clusters;
  html_.raw(
      "<section class=\"card\" id=\"clusters\" data-part aria-labelledby=\"clusters-title\">"
      "<h2 id=\"clusters-title\">");
  html_.raw(counted(clusters.size(), "cluster")).raw("</h2>");
  if (clusters.empty()) {
    html_.raw("<p>There are no clusters yet. An administrator creates one with ")
        .message("\"walstow cluster create main\"")
        .raw("</p></section>");
    return;
  }
  HtmlTable table(html_, "Clusters",
                  {"Cluster", "State", "Newest WAL", "Stored", "Newest backup", "Standbys",
                   "Put in the last hour"});
  for (const ClusterState& state : clusters)
    write_overview_row(table, state);
  table.end();
  if (facts_.snapshot->clusters_left_out > 0) {
    html_.raw(fmt::format("<p class=\"quiet\">and {}</p>",
                          counted(facts_.snapshot->clusters_left_out, "more cluster")));
  }
  html_.raw("</section>");
}

void Page::write_clusters() {
  if (facts_.snapshot == nullptr) return;
  const auto& clusters = facts_.snapshot->clusters;
  if (only_) {
    if (const ClusterState* const state = the_only()) {
      write_cluster(html_, *state, facts_.requests, facts_.now, "cluster-0");
    } else {
      html_.raw("<section class=\"card\" id=\"unknown\" data-part><h2>Unknown cluster</h2><p>");
      html_.raw("There is no cluster ").text(*only_).raw(" in the archive.</p></section>");
    }
    return;
  }
  if (clusters.size() != 1) write_overview();
  if (clusters.size() > kMostClustersInFull) return;
  for (std::size_t i = 0; i < clusters.size(); ++i)
    write_cluster(html_, clusters[i], facts_.requests, facts_.now, fmt::format("cluster-{}", i));
}

void Page::write_store() {
  html_.raw(
      "<section class=\"card\" id=\"store\" data-part aria-labelledby=\"store-title\"><h2 "
      "id=\"store-title\">Store</h2><dl class=\"facts\">");
  const auto fact = [this](std::string_view name) -> Html& {
    return html_.raw("<div><dt>").raw(name).raw("</dt><dd>");
  };
  fact("Release").raw(WALSTOW_VERSION).raw("</dd></div>");
  fact("Counting since").ago(facts_.requests.counts_since(), facts_.now).raw("</dd></div>");
  if (facts_.daemon != nullptr) {
    fact("Connections").raw(fmt::format("{}", facts_.daemon->served)).raw("</dd></div>");
    if (facts_.daemon->certificate_until) {
      fact("Certificate until")
          .raw(to_iso8601(*facts_.daemon->certificate_until).substr(0, 10))
          .raw("</dd></div>");
    }
  }
  if (facts_.snapshot != nullptr) {
    const MediumStatus& medium = facts_.snapshot->medium;
    fact("Clients").raw(fmt::format("{}", facts_.snapshot->clients.size())).raw("</dd></div>");
    if (medium.available && medium.size) {
      fact("Free on its file system")
          .raw(fmt::format("{} of {}", size_text(*medium.available), size_text(*medium.size)))
          .raw("</dd></div>");
    }
    if (medium.requests) {
      fact("Requests to S3")
          .raw(fmt::format("{}, {} failed", *medium.requests, medium.failed_requests.value_or(0)))
          .raw("</dd></div>");
    }
  }
  const std::uint32_t refusals = last_hour(facts_.requests.recent("")).refusals;
  fact("Refusals in the last hour")
      .raw(fmt::format("{}<small>that concern no cluster</small></dd></div>", refusals));
  html_.raw("</dl></section>");
}

StatusPage Page::write() {
  write_head();
  write_top();
  write_notices();
  write_clusters();
  write_store();
  html_.raw(
      "</main><footer>All times are UTC, by the store's clock. This page refreshes "
      "itself and changes nothing.</footer><script>");
  html_.raw(page_script()).raw("</script></body></html>\n");
  const bool unknown = only_ && facts_.snapshot != nullptr && the_only() == nullptr;
  return {.status = unknown ? 404 : 200, .html = html_.take()};
}

}  // namespace

StatusPage status_page(const PageFacts& facts, const std::optional<std::string>& only) {
  return Page(facts, only).write();
}

}  // namespace walstow
