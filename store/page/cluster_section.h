// One cluster on the status page: its timelines as a drawing and as tables, standbys, backups,
// holds, retention and requests. Pure.
#pragma once

#include <string>

#include "store/metrics/cluster_metrics.h"
#include "store/metrics/request_metrics.h"
#include "store/page/html.h"

namespace walstow {

// `id` must be unique on the page.
void write_cluster(Html& html, const ClusterState& state, const RequestMetrics& requests, Time now,
                   const std::string& id);

}  // namespace walstow
