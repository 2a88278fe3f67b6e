#include "store/metrics/cluster_metrics.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace walstow {
namespace {

Time at(std::int64_t seconds) {
  return Time(std::chrono::seconds(seconds));
}

// Timeline 1 with a hole; a standby, and a primary that was one.
ClusterReport report() {
  TimelineReport timeline{.timeline = 1, .parent = {}, .left_parent_at = ""};
  timeline.ranges = {{"000000010000000000000001", "000000010000000000000003", 3},
                     {"000000010000000000000005", "000000010000000A000000FF", 1}};
  timeline.ranges_left_out = 3;
  timeline.pruned_gaps = 3;
  timeline.segments = 4;
  timeline.newest = at(1000);
  EraReport era{.era = "001-5-16777216"};
  era.timelines = {timeline};
  era.missing = 1;
  era.retention = RetentionReport{.floor = "0/2000000", .reason = "backup \"a\"", .files = 2};
  era.recoverable = RecoverableReport{.from = TimeMicro(std::chrono::milliseconds(700'500)),
                                      .to = TimeMicro(std::chrono::seconds(990))};
  ClusterReport report{.archive = "a", .cluster = "main", .eras = {era}, .positions = {}};
  report.positions = {{.client = "db2", .instance = "1a", .host = "db2.example", .seen = at(900)},
                      {.client = "db3", .instance = "1b", .host = "db3.example", .retired = true}};
  report.positions.front().restartpoint = "000000010000000000000002";
  report.positions.front().behind_bytes = 33554432;
  report.stored_bytes = 77;
  report.quota = 100;
  report.verified = VerifyRecord{.ended = at(800), .deep = true, .objects = 4, .problems = 1};
  return report;
}

std::string text_of(const std::vector<ClusterState>& clusters) {
  MetricText text;
  write_cluster_metrics(text, clusters);
  return text.take();
}

TEST(ClusterMetricsTest, EachPartOfAReport) {
  const std::string text = text_of({{.cluster = "main", .report = report()}});
  const std::string standby =
      "cluster=\"main\",client=\"db2\",standby=\"db2.example\",instance_id=\"1a\"";
  for (const std::string& sample : {
           std::string("walstow_cluster_readable{cluster=\"main\"} 1"),
           std::string("walstow_cluster_stored_bytes{cluster=\"main\"} 77"),
           std::string("walstow_cluster_quota_bytes{cluster=\"main\"} 100"),
           std::string("walstow_last_put_timestamp_seconds{cluster=\"main\"} 1000"),
           std::string("walstow_missing_segments{cluster=\"main\"} 1"),
           std::string("walstow_recoverable_from_timestamp_seconds{cluster=\"main\"} 700.5"),
           std::string("walstow_recoverable_to_timestamp_seconds{cluster=\"main\"} 990"),
           // After segment FF of log 0A comes log 0B.
           fmt::format("walstow_timeline_end_lsn_bytes{{cluster=\"main\",timeline=\"1\"}} {}",
                       std::uint64_t{0xB00000000}),
           std::string("walstow_timeline_holes{cluster=\"main\",timeline=\"1\"} 1"),
           std::string("walstow_prune_floor_lsn_bytes{cluster=\"main\"} 33554432"),
           std::string("walstow_prune_floor_info{cluster=\"main\",reason=\"backup \\\"a\\\"\"} 1"),
           std::string("walstow_prunable_files{cluster=\"main\"} 2"),
           fmt::format("walstow_standby_restartpoint_lsn_bytes{{{}}} 33554432", standby),
           fmt::format("walstow_standby_behind_bytes{{{}}} 33554432", standby),
           fmt::format("walstow_standby_seen_timestamp_seconds{{{}}} 900", standby),
           std::string(
               "walstow_verified_timestamp_seconds{cluster=\"main\",depth=\"content\"} 800"),
           std::string("walstow_verified_problems{cluster=\"main\",depth=\"content\"} 1"),
       }) {
    EXPECT_NE(text.find(fmt::format("\n{}\n", sample)), std::string::npos) << sample;
  }
  EXPECT_EQ(text.find("db3"), std::string::npos) << "a primary is no standby";
}

TEST(ClusterMetricsTest, AClusterThatCannotBeReadHidesNoOther) {
  const std::string text = text_of(
      {{.cluster = "bad", .report = std::nullopt}, {.cluster = "main", .report = report()}});
  EXPECT_NE(text.find("walstow_cluster_readable{cluster=\"bad\"} 0\n"), std::string::npos);
  EXPECT_NE(text.find("walstow_missing_segments{cluster=\"main\"} 1\n"), std::string::npos);
}

TEST(ClusterMetricsTest, TheNumberOfSamplesIsBounded) {
  ClusterReport many = report();
  EraReport& era = many.eras.back();
  for (std::uint32_t i = 2; i < 500; ++i) {
    era.timelines.push_back({.timeline = i, .parent = {}, .left_parent_at = ""});
    many.positions.push_back({.client = fmt::format("db{}", i), .instance = "1c"});
    many.positions.back().seen = at(i);
  }
  const std::string text = text_of({{.cluster = "main", .report = many}});
  const auto count = [&text](std::string_view name) {
    std::size_t found = 0;
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1))
      ++found;
    return found;
  };
  EXPECT_EQ(count("\nwalstow_timeline_segments{"), kMostTimelineSamples);
  EXPECT_EQ(count("\nwalstow_standby_seen_timestamp_seconds{"), kMostStandbySamples);
  EXPECT_NE(text.find("timeline=\"499\""), std::string::npos) << "the newest ones stay";
}

}  // namespace
}  // namespace walstow
