// What a scrape shows of the archive, read at most every ten seconds, whoever scrapes how often. So
// monitoring costs the archive a bounded share of its time: a snapshot that took long to read is
// kept for twenty times as long.
//
// Threads: any. One of them reads; meanwhile the others get the snapshot before.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/wire/report.h"
#include "store/backend/backend.h"
#include "store/metrics/cluster_metrics.h"

namespace walstow {

struct ArchiveSnapshot {
  Time taken;
  Clock::duration took{0};
  std::vector<ClusterState> clusters;
  std::vector<ClientReport> clients;
  MediumStatus medium;
};

class SnapshotCache {
 public:
  using Read = std::function<ArchiveSnapshot()>;

  // The last snapshot, or a new one by `read` where the last one is too old. Throws what `read`
  // throws; and Error{kUnavailable} if another thread has been reading for long, as on a hung file
  // system.
  std::shared_ptr<const ArchiveSnapshot> get(const Read& read);

  static constexpr Duration kLeastAge{10'000};
  static constexpr int kTimesAsLong = 20;

 private:
  bool is_fresh() const;  // call under the lock

  std::mutex mutex_;
  std::condition_variable done_;
  std::shared_ptr<const ArchiveSnapshot> last_;  // guarded by mutex_, as are all below
  Clock::time_point last_began_;
  std::optional<Clock::time_point> reading_since_;
};

}  // namespace walstow
