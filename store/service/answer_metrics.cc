#include <algorithm>
#include <fmt/format.h>

#include "proto/base/log.h"
#include "store/archive/client_registry.h"
#include "store/service/command_answers.h"
#include "store/service/monitor.h"

namespace walstow {
namespace {

// Further clusters are left out of a scrape, so that its size stays bounded.
constexpr std::size_t kMostClusters = 500;

// A cluster that cannot be read must not hide the others.
ClusterState state_of(const Archive& archive, Catalog& catalog, const std::string& cluster) {
  try {
    return {.cluster = cluster, .report = catalog.report(archive, cluster)};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning,
             fmt::format("could not read the state of cluster \"{}\" for its metrics: {}", cluster,
                         error.what()),
             error.hint());
    return {.cluster = cluster, .report = std::nullopt};
  }
}

ArchiveSnapshot read_snapshot(const Archive& archive, Catalog& catalog) {
  ArchiveSnapshot snapshot;
  snapshot.taken = std::chrono::system_clock::now();
  std::vector<std::string> clusters = archive.clusters();
  clusters.resize(std::min(clusters.size(), kMostClusters));
  for (const std::string& cluster : clusters)
    snapshot.clusters.push_back(state_of(archive, catalog, cluster));
  snapshot.clients = list_clients(archive.backend());
  snapshot.medium = archive.backend().medium_status();
  return snapshot;
}

}  // namespace

std::string Monitor::text(const ArchiveSnapshot* snapshot) const {
  if (!daemon_) return store_metrics_text(requests_, nullptr, snapshot);
  const DaemonState state = daemon_();
  return store_metrics_text(requests_, &state, snapshot);
}

std::string Monitor::metrics(const OpenArchive& archive, Catalog& catalog) {
  try {
    return text(snapshots_.get([&] { return read_snapshot(*archive(), catalog); }).get());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning,
             fmt::format("could not read the archive for its metrics: {}", error.what()),
             error.hint());
    return text(nullptr);
  }
}

Reply answer(const RequestContext& asked, const ShowMetrics&) {
  return text_reply(kMetricsType,
                    asked.monitor.metrics([&asked] { return asked.archive; }, asked.catalog));
}

}  // namespace walstow
