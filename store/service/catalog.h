// What a cluster has: for people and programs that look, never for a decision about a single file
// (those ask the backend). It comes from the objects alone, and is kept warm: what has changed
// since the last question is read again, whoever has changed it, and nothing else.
//
// Threads: any. A cluster is read by one thread at a time; who asks about the same one meanwhile
// waits for a moment and is then told to ask again (Error{kUnavailable}), so that a cluster that
// takes long keeps no workers from the others. Blocking. Errors: as store/backend/backend.h.
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

// How many ranges of a timeline a report names, the newest ones, so that it stays a body of JSON
// that clients read (kLargestJson) whatever holes the archive has: they take 9 kB a timeline.
inline constexpr std::size_t kMostRanges = 100;
// The same of an era's holes, and of a timeline's backups with what each label begins with.
inline constexpr std::size_t kMostHoles = 100;
inline constexpr std::size_t kMostBackups = 20;
inline constexpr std::size_t kLongestLabelShown = 100;  // characters
// And of records that cannot be read.
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
  // Those of .backup files and those that were added, by their starts.
  std::vector<BackupReport> backups(const Archive& archive, const std::string& cluster);
  // Reads every cluster, so that the first question finds it read. Ends early when it is asked to.
  void warm_up(const Archive& archive, const std::stop_token& stop);

 private:
  struct Cluster;
  std::shared_ptr<Cluster> cluster_of(const Archive& archive, std::string_view cluster);

  std::mutex mutex_;
  std::string archive_id_;  // guarded by mutex_, as the next one
  std::map<std::string, std::shared_ptr<Cluster>, std::less<>> clusters_;
};

std::vector<ClusterSummary> report_clusters(const Archive& archive);

}  // namespace walstow
