#include "store/metrics/request_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fmt/format.h>

namespace walstow {
namespace {

using Kind = FinishedRequest::Kind;

class RequestMetricsTest : public testing::Test {
 protected:
  std::string text() const {
    MetricText text;
    metrics.write(text);
    return text.take();
  }
  bool has(std::string_view sample) const {
    return text().find(fmt::format("\n{}\n", sample)) != std::string::npos;
  }

  RequestMetrics metrics;
};

TEST_F(RequestMetricsTest, PutsAndGetsByResult) {
  metrics.record({.kind = Kind::kPut, .cluster = "main", .status = 201, .bytes = 100});
  metrics.record({.kind = Kind::kPut, .cluster = "main", .status = 200, .bytes = 10});
  metrics.record({.kind = Kind::kGet, .cluster = "main", .status = 200, .bytes = 7});
  metrics.record(
      {.kind = Kind::kGet, .cluster = "main", .status = 404, .refusal = Code::kAbsentEnd});
  EXPECT_TRUE(has("walstow_puts_total{cluster=\"main\",result=\"created\"} 1")) << text();
  EXPECT_TRUE(has("walstow_puts_total{cluster=\"main\",result=\"existing\"} 1"));
  EXPECT_TRUE(has("walstow_put_bytes_total{cluster=\"main\"} 110"));
  EXPECT_TRUE(has("walstow_gets_total{cluster=\"main\",result=\"found\"} 1"));
  EXPECT_TRUE(has("walstow_gets_total{cluster=\"main\",result=\"absent\"} 1"));
  EXPECT_TRUE(has("walstow_get_bytes_total{cluster=\"main\"} 7"));
  EXPECT_EQ(text().find("refusals"), std::string::npos);
}

TEST_F(RequestMetricsTest, RefusalsByCode) {
  metrics.record({.kind = Kind::kPut, .cluster = "main", .status = 201});
  metrics.record({.kind = Kind::kGet, .cluster = "main", .status = 404, .refusal = Code::kHole});
  metrics.record(
      {.kind = Kind::kPut, .cluster = "main", .status = 507, .refusal = Code::kOverQuota});
  EXPECT_TRUE(has("walstow_refusals_total{cluster=\"main\",code=\"hole\"} 1")) << text();
  EXPECT_TRUE(has("walstow_refusals_total{cluster=\"main\",code=\"over-quota\"} 1"));
  EXPECT_TRUE(has("walstow_put_duration_seconds_count{cluster=\"main\"} 1"));
}

// Otherwise a client could fill the memory of the store, and that of Prometheus.
TEST_F(RequestMetricsTest, NamesOfOthersMakeNoLabels) {
  metrics.record(
      {.kind = Kind::kPut, .cluster = "made-up", .status = 422, .refusal = Code::kUnknownCluster});
  metrics.record({.kind = Kind::kGet, .cluster = "gone", .status = 0});
  EXPECT_EQ(text().find("made-up"), std::string::npos);
  EXPECT_EQ(text().find("gone"), std::string::npos);
  EXPECT_TRUE(has("walstow_refusals_total{cluster=\"\",code=\"unknown-cluster\"} 1"));
  EXPECT_TRUE(has("walstow_cut_requests_total{cluster=\"\"} 1"));
  for (std::size_t i = 0; i < kMostCountedClusters + 50; ++i)
    metrics.record({.kind = Kind::kOther, .cluster = fmt::format("c{}", i), .status = 200});
  std::size_t clusters = 0;
  const std::string all = text();
  for (auto at = all.find("walstow_put_bytes_total{"); at != std::string::npos;
       at = all.find("walstow_put_bytes_total{", at + 1))
    ++clusters;
  EXPECT_LE(clusters, kMostCountedClusters);
}

TEST_F(RequestMetricsTest, BucketsAreCumulative) {
  for (const int milliseconds : {1, 30, 30, 600'000}) {
    metrics.record({.kind = Kind::kPut,
                    .cluster = "main",
                    .status = 201,
                    .duration = std::chrono::milliseconds(milliseconds)});
  }
  const auto bucket = [](std::string_view bound, int count) {
    return fmt::format("walstow_put_duration_seconds_bucket{{cluster=\"main\",le=\"{}\"}} {}",
                       bound, count);
  };
  EXPECT_TRUE(has(bucket("0.005", 1))) << text();
  EXPECT_TRUE(has(bucket("0.025", 1)));
  EXPECT_TRUE(has(bucket("0.05", 3)));
  EXPECT_TRUE(has(bucket("120", 3)));
  EXPECT_TRUE(has(bucket("+Inf", 4)));
  EXPECT_TRUE(has("walstow_put_duration_seconds_sum{cluster=\"main\"} 600.061"));
}

TEST_F(RequestMetricsTest, Connections) {
  metrics.record_failed_handshake();
  metrics.record_refused_connection(Code::kUnknownClient);
  EXPECT_TRUE(has("walstow_failed_handshakes_total 1"));
  EXPECT_TRUE(has("walstow_refused_connections_total{code=\"unknown-client\"} 1"));
}

}  // namespace
}  // namespace walstow
