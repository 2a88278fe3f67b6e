// What the store knows of itself while it runs, for metrics.
//
// Threads: any, once observe() was called.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/archive/archive.h"
#include "store/metrics/archive_snapshot.h"
#include "store/metrics/request_metrics.h"
#include "store/metrics/store_metrics.h"
#include "store/service/catalog.h"

namespace walstow {

class Monitor {
 public:
  // Where a daemon's own state comes from. Call it before the first request. `state` outlives the
  // last one.
  void observe(std::function<DaemonState()> state) { daemon_ = std::move(state); }

  RequestMetrics& requests() { return requests_; }
  // The text of a scrape. An archive that cannot be read is a part of it, not an Error. `archive`
  // is called only where a new snapshot is due.
  using OpenArchive = std::function<std::shared_ptr<Archive>()>;
  std::string metrics(const OpenArchive& archive, Catalog& catalog);

 private:
  std::string text(const ArchiveSnapshot* snapshot) const;

  std::function<DaemonState()> daemon_;
  RequestMetrics requests_;
  SnapshotCache snapshots_;
};

}  // namespace walstow
