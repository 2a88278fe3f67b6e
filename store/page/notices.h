// Describes everything that is wrong, in plain words, for the top of the status page. Pure.
//
// The texts about a cluster are the same as in `walstow status`. The limits are mostly the same as
// in the alert rules (deploy/monitoring/walstow.rules.yml).
#pragma once

#include <string>
#include <vector>

#include "store/metrics/store_metrics.h"
#include "store/report/cluster_warnings.h"

namespace walstow {

struct Notice {
  enum class Level {
    kProblem,  // a recovery may fail, or archiving may stop
    kRemark,   // an administrator should look at it
  };
  Level level = Level::kProblem;
  std::string cluster;  // "": the whole store
  Warning warning;
};

struct NoticeFacts {
  const ArchiveSnapshot* snapshot = nullptr;  // nullptr: the archive cannot be read now
  const DaemonState* daemon = nullptr;        // nullptr: there is no daemon
  const RequestMetrics& requests;
  Time now;
  Clock::time_point clock = Clock::now();  // the current time by the clock with which requests are
                                           // counted
};

// Problems come first.
std::vector<Notice> notices_of(const NoticeFacts& facts);

// Returns the notices that follow from the report of a single cluster.
std::vector<Notice> cluster_notices(const ClusterReport& report, Time now);

}  // namespace walstow
