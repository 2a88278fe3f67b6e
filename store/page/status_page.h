// The status page of a store: one HTML document that needs no other file. It shows the same state
// as `walstow status` and the metrics. Pure.
//
// The page shows only a limited number of things of each kind, and states how many are left out.
#pragma once

#include <optional>
#include <string>

#include "store/metrics/store_metrics.h"

namespace walstow {

// If there are more clusters than this, the page shows one line for each cluster, with a link to a
// page of its own. A page with all details of 500 clusters would have tens of megabytes, and a
// browser loads it every ten seconds.
inline constexpr std::size_t kMostClustersInFull = 4;
inline constexpr std::size_t kMostNotices = 100;

struct PageFacts {
  const ArchiveSnapshot* snapshot = nullptr;  // nullptr: the archive cannot be read now
  const DaemonState* daemon = nullptr;        // nullptr: there is no daemon
  const RequestMetrics& requests;
  Time now;
};

struct StatusPage {
  int status = 200;  // the status of the reply; 404 if there is no such cluster
  std::string html;
};

// If `only` is set, the page shows only this cluster, with all details.
StatusPage status_page(const PageFacts& facts, const std::optional<std::string>& only);

}  // namespace walstow
