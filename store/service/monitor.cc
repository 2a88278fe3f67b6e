#include "store/service/monitor.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/log.h"
#include "store/archive/client_registry.h"
#include "store/page/assets.h"
#include "store/page/status_page.h"
#include "store/retention/holds_and_backups.h"

namespace walstow {
namespace {

// Further clusters are left out of a scrape, so that its size stays bounded.
constexpr std::size_t kMostClusters = 500;

// An administrator may add any number of holds and backups.
constexpr std::size_t kMostRecords = 100;

template <class Report>
std::vector<Report> newest_of(std::vector<Report> reports, Time Report::*time) {
  std::ranges::sort(reports, std::ranges::greater(), time);
  reports.resize(std::min(reports.size(), kMostRecords));
  return reports;
}

// A cluster that cannot be read must not hide the others.
ClusterState state_of(const Archive& archive, Catalog& catalog, const std::string& cluster) {
  try {
    ClusterState state{.cluster = cluster, .report = catalog.report(archive, cluster)};
    // The report names a record that cannot be read.
    DamagedRecords damaged;
    state.holds = newest_of(list_holds(archive, cluster, &damaged), &HoldReport::added);
    state.added_backups =
        newest_of(list_added_backups(archive, cluster, &damaged), &BackupReport::stopped);
    return state;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning,
             fmt::format(
                 "could not read the state of cluster \"{}\" for metrics and the status page: {}",
                 cluster, error.what()),
             error.hint());
    return {.cluster = cluster, .report = std::nullopt};
  }
}

ArchiveSnapshot read_snapshot(const Archive& archive, Catalog& catalog) {
  ArchiveSnapshot snapshot;
  snapshot.taken = std::chrono::system_clock::now();
  std::vector<std::string> clusters = archive.clusters();
  snapshot.clusters_left_out = clusters.size() - std::min(clusters.size(), kMostClusters);
  clusters.resize(clusters.size() - snapshot.clusters_left_out);
  for (const std::string& cluster : clusters)
    snapshot.clusters.push_back(state_of(archive, catalog, cluster));
  snapshot.clients = list_clients(archive.backend());
  snapshot.medium = archive.backend().medium_status();
  return snapshot;
}

}  // namespace

// nullptr: the archive cannot be read now. The log has the cause.
std::shared_ptr<const ArchiveSnapshot> Monitor::snapshot(const OpenArchive& archive,
                                                         Catalog& catalog) {
  try {
    return snapshots_.get([&] { return read_snapshot(*archive(), catalog); });
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(
        LogLevel::kWarning,
        fmt::format("could not read the archive for metrics and the status page: {}", error.what()),
        error.hint());
    return nullptr;
  }
}

std::optional<DaemonState> Monitor::daemon_state() const {
  return daemon_ ? std::optional(daemon_()) : std::nullopt;
}

Reply Monitor::metrics(const OpenArchive& archive, Catalog& catalog) {
  const auto current = snapshot(archive, catalog);
  const auto daemon = daemon_state();
  return text_reply(kMetricsType,
                    store_metrics_text(requests_, daemon ? &*daemon : nullptr, current.get()));
}

Reply Monitor::page(const OpenArchive& archive, Catalog& catalog,
                    const std::optional<std::string>& only) {
  const auto current = snapshot(archive, catalog);
  const auto daemon = daemon_state();
  StatusPage page = status_page({.snapshot = current.get(),
                                 .daemon = daemon ? &*daemon : nullptr,
                                 .requests = requests_,
                                 .now = std::chrono::system_clock::now()},
                                only);
  Reply reply = text_reply("text/html; charset=utf-8", std::move(page.html));
  reply.head.status = page.status;
  reply.head.fields.set("Content-Security-Policy", page_policy());
  reply.head.fields.set("X-Content-Type-Options", "nosniff");
  reply.head.fields.set("Referrer-Policy", "no-referrer");
  reply.head.fields.set("Cross-Origin-Resource-Policy", "same-origin");
  reply.head.fields.set("Cross-Origin-Opener-Policy", "same-origin");
  return reply;
}

}  // namespace walstow
