// Writes Prometheus' text exposition format, version 0.0.4 (Prometheus' documentation, "Exposition
// formats"). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/base/utc_time.h"

namespace walstow {

inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

using MetricLabels = std::vector<std::pair<std::string_view, std::string_view>>;

// Returns the value of a "_timestamp_seconds" metric.
double seconds_since_1970(Time time);

enum class MetricType { kCounter, kGauge, kHistogram };

class MetricText {
 public:
  // Begins a family of metrics: all samples with the same name. `help` is one sentence. A family
  // without a sample leaves nothing in the text.
  void family(std::string_view name, MetricType type, std::string_view help);
  // Adds a sample to the family. Label values may be any UTF-8 text.
  void sample(const MetricLabels& labels, double value);
  // Adds a sample whose name has a suffix ("_bucket"), for histograms.
  void sample(std::string_view suffix, const MetricLabels& labels, double value);

  // Returns all text so far, and keeps none of it.
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::string name_;
  std::string head_;  // head of a family that has no sample so far
  std::string text_;
};

}  // namespace walstow
