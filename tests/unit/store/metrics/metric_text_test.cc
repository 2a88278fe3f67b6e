#include "store/metrics/metric_text.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

TEST(MetricTextTest, FamilyWithSamples) {
  MetricText text;
  text.family("walstow_a_total", MetricType::kCounter, "How many.");
  text.sample({}, 3);
  text.sample({{"x", "1"}, {"y", "2"}}, 0.25);
  EXPECT_EQ(text.take(),
            "# HELP walstow_a_total How many.\n# TYPE walstow_a_total counter\n"
            "walstow_a_total 3\nwalstow_a_total{x=\"1\",y=\"2\"} 0.25\n");
  EXPECT_EQ(text.take(), "");
}

TEST(MetricTextTest, FamilyWithoutSamplesLeavesNothing) {
  MetricText text;
  text.family("walstow_a", MetricType::kGauge, "Nothing.");
  text.family("walstow_b", MetricType::kHistogram, "Something.");
  text.sample("_sum", {}, 1e300);
  EXPECT_EQ(text.take(),
            "# HELP walstow_b Something.\n# TYPE walstow_b histogram\nwalstow_b_sum 1e+300\n");
}

TEST(MetricTextTest, LabelValuesAreEscaped) {
  MetricText text;
  text.family("walstow_a", MetricType::kGauge, "A.");
  text.sample({{"x", "a\"b\\c\nd"}}, 1);
  EXPECT_NE(text.take().find("{x=\"a\\\"b\\\\c\\nd\"} 1\n"), std::string::npos);
}

}  // namespace
}  // namespace walstow
