// A cached inventory of each cluster, for status and listings only. Never decide about a single
// file with it; ask the backend. It is derived from the objects alone. A refresh re-reads only the
// folders that have changed since the last one, no matter who changed them.
//
// Threads: any. One thread at a time reads a cluster. Another caller for the same cluster waits for
// a moment and then gets Error{kUnavailable}, which asks it to retry. So a slow cluster takes no
// workers from the others. Blocking. Errors: as store/backend/backend.h.
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

namespace walstow {

// The number of ranges of a timeline in a report, the newest ones. With many holes, the report must
// still fit into a JSON body that clients read (kLargestJson): these ranges take 9 kB a timeline.
inline constexpr std::size_t kMostRanges = 100;
// The same for an era's holes, and for a timeline's backups, with the beginnings of their labels.
inline constexpr std::size_t kMostHoles = 100;
inline constexpr std::size_t kMostBackups = 20;
inline constexpr std::size_t kLongestLabelShown = 100;  // characters
// The same for records that cannot be read.
inline constexpr std::size_t kMostDamaged = 20;
inline constexpr std::size_t kMostBreaks = 20;
inline constexpr std::size_t kMostWithdrawn = 20;
inline constexpr std::size_t kMostBranches = 20;

class Catalog {
 public:
  Catalog();
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  ClusterReport report(const Archive& archive, std::string_view cluster);
  HolePage holes(const Archive& archive, const ListHoles& list);
  // The backups of .backup files and those that were added, sorted by start.
  std::vector<BackupReport> backups(const Archive& archive, const std::string& cluster);
  // Reads every cluster, so that the first query finds it cached. Ends early when `stop` is
  // requested.
  void warm_up(const Archive& archive, const std::stop_token& stop);

 private:
  struct Cluster;
  std::shared_ptr<Cluster> cluster_of(const Archive& archive, std::string_view cluster);

  std::mutex mutex_;
  std::string archive_id_;  // guarded by mutex_, as is the next member
  std::map<std::string, std::shared_ptr<Cluster>, std::less<>> clusters_;
};

std::vector<ClusterSummary> report_clusters(const Archive& archive);

}  // namespace walstow
