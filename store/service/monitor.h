// Collects what the store knows about itself while it runs, for the metrics and for the status
// page.
//
// Threads: any, once observe() was called.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "store/archive/archive.h"
#include "store/files/reply.h"
#include "store/metrics/archive_snapshot.h"
#include "store/metrics/request_metrics.h"
#include "store/metrics/store_metrics.h"
#include "store/service/catalog.h"

namespace walstow {

class Monitor {
 public:
  // Sets the function that returns a daemon's own state. Call it before the first request. `state`
  // must stay valid until after the last request.
  void observe(std::function<DaemonState()> state) { daemon_ = std::move(state); }

  RequestMetrics& requests() { return requests_; }

  // `archive` is called only if a new snapshot is due.
  using OpenArchive = std::function<std::shared_ptr<Archive>()>;
  // Reads the first snapshot, which takes long in a large archive, so that no scrape waits for it.
  // If the archive cannot be read, it only logs a line.
  void warm_up(const OpenArchive& archive, Catalog& catalog) { snapshot(archive, catalog); }

  // If the archive cannot be read, both replies report that; it is not an Error.
  Reply metrics(const OpenArchive& archive, Catalog& catalog);
  // If `only` is set, returns the page of this cluster.
  Reply page(const OpenArchive& archive, Catalog& catalog, const std::optional<std::string>& only);

 private:
  std::shared_ptr<const ArchiveSnapshot> snapshot(const OpenArchive& archive, Catalog& catalog);
  std::optional<DaemonState> daemon_state() const;

  std::function<DaemonState()> daemon_;
  RequestMetrics requests_;
  SnapshotCache snapshots_;
};

}  // namespace walstow
