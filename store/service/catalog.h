// A cached inventory of each cluster, for status and listings only. Never decide about a single
// file with it; ask the backend. The inventory is derived only from the objects. A refresh reads
// only the folders that have changed since the last refresh, no matter who changed them.
//
// Threads: any. One thread at a time reads a cluster. Another caller for the same cluster waits for
// a moment, and then receives Error{kUnavailable} with a hint to retry. So a slow cluster blocks no
// workers that other clusters need. Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"
#include "store/inventory/times_index.h"

namespace walstow {

// The limits for records that cannot be read, for withdrawn files and for branches, in a report.
inline constexpr std::size_t kMostDamaged = 20;
inline constexpr std::size_t kMostWithdrawn = 20;
inline constexpr std::size_t kMostBranches = 20;

class Catalog {
 public:
  // `times` must outlive the catalog.
  explicit Catalog(const TimesIndex& times);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  ClusterReport report(const Archive& archive, std::string_view cluster);
  HolePage holes(const Archive& archive, const ListHoles& list);
  // Returns the backups from .backup files and the backups that were added by hand, sorted by
  // start.
  std::vector<BackupReport> backups(const Archive& archive, const std::string& cluster);
  // Reads every cluster, so that the first query finds the cluster in the cache. Ends early when
  // `stop` is requested.
  void warm_up(const Archive& archive, const std::stop_token& stop);

 private:
  struct Cluster;
  std::shared_ptr<Cluster> cluster_of(const Archive& archive, std::string_view cluster);

  const TimesIndex& times_;
  std::mutex mutex_;
  std::string archive_id_;  // guarded by mutex_, as is the next member
  std::map<std::string, std::shared_ptr<Cluster>, std::less<>> clusters_;
};

std::vector<ClusterSummary> report_clusters(const Archive& archive);

}  // namespace walstow
