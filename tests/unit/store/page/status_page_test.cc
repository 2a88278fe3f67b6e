#include "store/page/status_page.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <regex>
#include <set>

#include "proto/base/bytes.h"
#include "proto/codec/digest.h"
#include "proto/identity/public_key.h"
#include "store/page/assets.h"
#include "tests/unit/store/page/page_fixture.h"

namespace walstow {
namespace {

class StatusPageTest : public testing::Test {
 protected:
  StatusPage page(const std::optional<std::string>& only = {}) {
    return status_page({.snapshot = &snapshot, .requests = requests, .now = kNow}, only);
  }
  // Without the style sheet and the script.
  std::string body(const std::optional<std::string>& only = {}) {
    std::string html = page(only).html;
    html.erase(0, html.find("<body>"));
    html.erase(html.find("<script>"));
    return html;
  }
  static bool has(const std::string& html, std::string_view part) {
    return html.find(part) != std::string::npos;
  }
  static std::size_t count(const std::string& html, std::string_view part) {
    std::size_t found = 0;
    for (auto at = html.find(part); at != std::string::npos; at = html.find(part, at + 1))
      ++found;
    return found;
  }

  ArchiveSnapshot snapshot = snapshot_of({busy_cluster()});
  RequestMetrics requests{kNow - std::chrono::hours(2)};
};

TEST_F(StatusPageTest, ShowsEachPartOfACluster) {
  const std::string html = body();
  for (const std::string_view part :
       {"1 problem<", "2 segments missing</span>", "<code>walstow list main --holes</code>",
        "Cluster main", "Timeline 2 from 1 at 0/7800000", "hole: 2 segments missing",
        "standby2: 128.0 MB behind", "at the newest segment", "hold: plain", ">floor<",
        "by policy<small>a prune would delete 1 file now, 1.0 MB", "keep the newest 2 backups",
        "<dt>Recoverable</dt><dd>from 1970-01-12T11:00:00Z to 1970-01-12T13:43:20Z<small>along "
        "timeline 3",
        "<h3>Holes</h3>", "<h3>Standbys</h3>", "<h3>Base backups</h3>", "<h3>Holds</h3>",
        "<h3>Requests of the last hours</h3>", "000000030000000000000010"}) {
    EXPECT_TRUE(has(html, part)) << part;
  }
  EXPECT_FALSE(has(html, "All is well"));
}

TEST_F(StatusPageTest, AllIsWellOnlyIfNothingIsWrong) {
  snapshot = snapshot_of({well_cluster()});
  EXPECT_TRUE(has(body(), "All is well"));
  snapshot.clusters.push_back({.cluster = "unread"});
  EXPECT_FALSE(has(body(), "All is well"));
}

// Archives contain texts of others: names of hosts and standbys, reasons, labels.
TEST_F(StatusPageTest, TextsOfOthersAreNeverMarkup) {
  const std::string hostile = "<img src=x onerror=alert(1)>\"' onload='x' &lt;</title>\xE2\x80\xAE";
  ClusterState state = busy_cluster(hostile);
  state.report->damaged = {hostile};
  state.report->positions.front().others = {{}};
  state.report->eras.back().branches = {
      {.timeline = 2, .parent = 1, .client = hostile, .other_client = hostile}};
  state.report->eras.back().withdrawn_files = {{.name = hostile, .state = "unfinished"}};
  state.added_backups = {{.name = hostile, .label = hostile, .put_by = hostile}};
  snapshot = snapshot_of({state});
  snapshot.clients = {{.client = hostile, .certificate_until = kNow}};
  const std::string html = page().html;
  EXPECT_TRUE(has(html, "&lt;img src=x onerror=alert(1)&gt;"));
  EXPECT_FALSE(has(html, "<img"));
  EXPECT_FALSE(has(html, "\xE2\x80\xAE"));
  EXPECT_EQ(count(html, "</title>"), count(html, "<title"));
  EXPECT_EQ(count(html, "<script"), 1U);
}

// The tags of a page close each other, so that no text has left its element.
TEST_F(StatusPageTest, IsWellFormed) {
  static const std::set<std::string> kVoid{"meta", "link"};
  for (const std::string& html : {body(), body("main"), body("other")}) {
    std::vector<std::string> open;
    const std::regex tag("<(/?)([a-zA-Z0-9]+)((?:[^\">]|\"[^\"]*\")*?)(/?)>");
    for (auto it = std::sregex_iterator(html.begin(), html.end(), tag);
         it != std::sregex_iterator(); ++it) {
      const std::string name = (*it)[2];
      if (kVoid.contains(name) || (*it)[4] == "/") continue;
      if ((*it)[1] != "/") {
        open.push_back(name);
        continue;
      }
      ASSERT_FALSE(open.empty()) << name;
      ASSERT_EQ(open.back(), name) << html.substr(static_cast<std::size_t>(it->position()), 80);
      open.pop_back();
    }
    EXPECT_EQ(open, std::vector<std::string>{"body"});
  }
}

// The policy forbids both, so a browser would ignore them.
TEST_F(StatusPageTest, HasNoStyleOrHandlerInAnAttribute) {
  const std::string html = body();
  EXPECT_FALSE(std::regex_search(html, std::regex("<[^>]* (style|on[a-z]+)=")));
}

TEST_F(StatusPageTest, IdsAreUnique) {
  snapshot = snapshot_of({busy_cluster(), well_cluster("other"), well_cluster("third")});
  const std::string html = body();
  std::set<std::string> ids;
  const std::regex id(" id=\"([^\"]*)\"");
  for (auto it = std::sregex_iterator(html.begin(), html.end(), id); it != std::sregex_iterator();
       ++it) {
    EXPECT_TRUE(ids.insert((*it)[1]).second) << (*it)[1];
  }
  EXPECT_GT(ids.size(), 20U);
}

TEST_F(StatusPageTest, ThePolicyNamesTheStyleSheetAndTheScript) {
  const std::string html = page().html;
  for (const std::string element : {"style", "script"}) {
    const std::size_t begin = html.find(fmt::format("<{}>", element)) + element.size() + 2;
    const std::size_t end = html.find(fmt::format("</{}>", element));
    Sha256 sha256;
    sha256.update(as_bytes(std::string_view(html).substr(begin, end - begin)));
    const Sha256Digest digest = sha256.finish();
    const std::string source = fmt::format("{}-src 'sha256-{}'", element, to_base64(digest));
    EXPECT_TRUE(has(page_policy(), source)) << page_policy();
  }
  EXPECT_TRUE(has(page_policy(), "default-src 'none'"));
  EXPECT_FALSE(has(page_policy(), "unsafe"));
}

TEST_F(StatusPageTest, ArchiveThatIsAway) {
  const StatusPage away = status_page({.requests = requests, .now = kNow}, {});
  EXPECT_EQ(away.status, 200);
  EXPECT_TRUE(has(away.html, "NO ARCHIVE"));
  EXPECT_FALSE(has(away.html, "All is well"));
}

TEST_F(StatusPageTest, ArchiveWithoutAClusterAndClusterWithoutWal) {
  snapshot = snapshot_of({});
  EXPECT_TRUE(has(body(), "<code>walstow cluster create main</code>"));
  snapshot = snapshot_of({{.cluster = "main", .report = ClusterReport{.cluster = "main"}}});
  EXPECT_TRUE(has(body(), "Nothing has been archived yet."));
  EXPECT_TRUE(has(body(), "EMPTY"));
}

TEST_F(StatusPageTest, AClusterThatCannotBeReadHidesNoOther) {
  snapshot.clusters.push_back({.cluster = "unread"});
  EXPECT_TRUE(has(body(), "NOT READABLE"));
  EXPECT_TRUE(has(body(), "standby2: 128.0 MB behind"));
}

TEST_F(StatusPageTest, OneClusterAlone) {
  snapshot.clusters.push_back(well_cluster("other"));
  EXPECT_TRUE(has(body("other"), "All is well")) << "without the problems of main";
  EXPECT_FALSE(has(body("other"), "Cluster main"));
  const StatusPage unknown = page("unknown");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_TRUE(has(unknown.html, "There is no cluster unknown in the archive."));
}

TEST_F(StatusPageTest, ManyClustersHaveOneLineEach) {
  snapshot.clusters.clear();
  for (std::size_t i = 0; i < 500; ++i)
    snapshot.clusters.push_back(busy_cluster());
  for (std::size_t i = 0; i < 500; ++i)
    snapshot.clusters[i].cluster = fmt::format("c{}", i);
  snapshot.clusters_left_out = 7;
  const std::string html = body();
  EXPECT_EQ(count(html, "href=\"/?cluster=c"), 500U);
  EXPECT_FALSE(has(html, "class=\"map\""));
  EXPECT_TRUE(has(html, "and 7 more clusters"));
  EXPECT_EQ(count(html, "<li>"), kMostNotices + 1);
  EXPECT_TRUE(has(html, "and 400 more"));
  EXPECT_LT(html.size(), std::size_t{1} << 20);
}

TEST_F(StatusPageTest, ABusyClusterIsBounded) {
  ClusterState& state = snapshot.clusters.front();
  EraReport& era = state.report->eras.back();
  for (std::uint32_t i = 4; i <= 300; ++i) {
    TimelineReport timeline = era.timelines[0];
    timeline.timeline = i;
    timeline.ranges.assign(100, {fmt::format("{:08X}0000000000000009", i),
                                 fmt::format("{:08X}0000000000000009", i), 1});
    timeline.backup_files.assign(20, era.timelines[0].backup_files[0]);
    for (BackupReport& backup : timeline.backup_files)
      backup.timeline = i;
    era.timelines.push_back(timeline);
  }
  HoleReport hole = era.holes.front();
  hole.first.replace(0, 8, "0000012C");  // of the newest timeline
  hole.last.replace(0, 8, "0000012C");
  era.holes.assign(100, hole);
  PositionReport standby = state.report->positions.back();
  standby.last_handed.replace(0, 8, "0000012C");
  state.report->positions.assign(1000, standby);
  state.holds.assign(100, state.holds.front());
  const std::string html = body();
  EXPECT_TRUE(has(html, "and 992 more standbys")) << "of the drawing";
  EXPECT_TRUE(has(html, "and 900 more standbys")) << "of the table";
  EXPECT_LT(html.size(), std::size_t{3} << 20);
}

TEST_F(StatusPageTest, ChartsShowTheRequests) {
  const Clock::time_point now = Clock::now();
  requests.record({.kind = FinishedRequest::Kind::kPut,
                   .cluster = "main",
                   .status = 201,
                   .bytes = std::uint64_t{3} << 20},
                  now);
  const std::string html = body();
  EXPECT_TRUE(has(html, "at most 3.0 MB, 3.0 MB in all")) << html;
  EXPECT_TRUE(has(html, "Put <b>3.0 MB</b>"));
}

}  // namespace
}  // namespace walstow
