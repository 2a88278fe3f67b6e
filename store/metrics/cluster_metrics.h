// The state of the clusters as metrics, from the same reports that `walstow status` shows. Pure.
//
// The metrics about timelines describe the newest era. The constants kMost... below limit the
// number of samples for each cluster.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/wire/report.h"
#include "store/metrics/metric_text.h"

namespace walstow {

// The largest number of samples of each kind in a cluster. Only the newest timelines, breaks and so
// on have samples; the others are left out.
inline constexpr std::size_t kMostTimelineSamples = 20;
inline constexpr std::size_t kMostStandbySamples = 100;

// The part of a scrape that describes one cluster.
struct ClusterState {
  std::string cluster;
  std::optional<ClusterReport> report;  // nullopt: the report could not be read
  // For the status page: the newest holds of the newest era, and the newest of its backups that
  // an administrator has added.
  std::vector<HoldReport> holds = {};
  std::vector<BackupReport> added_backups = {};
};

void write_cluster_metrics(MetricText& text, const std::vector<ClusterState>& clusters);

}  // namespace walstow
