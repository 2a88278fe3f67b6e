// All metrics of a store, as the text of one scrape. Pure.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "proto/base/utc_time.h"
#include "store/metrics/archive_snapshot.h"
#include "store/metrics/request_metrics.h"

namespace walstow {

// A daemon's knowledge about itself. A store without a daemon (over SSH, or on the same host)
// serves one connection, and has none of these values.
struct DaemonState {
  std::size_t handshaking = 0, served = 0, turned_away = 0;  // connections
  std::optional<Time> certificate_until;                     // of the store's own certificate
};

// `snapshot` is nullptr if the archive cannot be read now. `daemon` is nullptr if there is no
// daemon.
std::string store_metrics_text(const RequestMetrics& requests, const DaemonState* daemon,
                               const ArchiveSnapshot* snapshot);

}  // namespace walstow
