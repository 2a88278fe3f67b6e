// The state of the clusters as metrics, from the same reports that `walstow status` shows. Pure.
//
// The metrics of timelines describe the newest era. The number of samples is bounded: kMost.. below
// for each cluster, and a cluster without an error costs nothing more than its report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/wire/report.h"
#include "store/metrics/metric_text.h"

namespace walstow {

// The newest ones of a cluster; the others are left out.
inline constexpr std::size_t kMostTimelineSamples = 20;
inline constexpr std::size_t kMostStandbySamples = 100;

// What a scrape shows of one cluster.
struct ClusterState {
  std::string cluster;
  std::optional<ClusterReport> report;  // nullopt: it could not be read
};

void write_cluster_metrics(MetricText& text, const std::vector<ClusterState>& clusters);

}  // namespace walstow
