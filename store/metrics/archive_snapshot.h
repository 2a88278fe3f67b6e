// The part of a scrape that describes the archive. It is read at most every ten seconds, no matter
// how many servers scrape, and how often. If reading a snapshot took long, the snapshot is kept for
// twenty times as long. So monitoring uses only a limited share of the archive's time.
//
// Threads: any. One thread reads; meanwhile the others get the previous snapshot.
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
  std::size_t clusters_left_out = 0;
  std::vector<ClientReport> clients;
  MediumStatus medium;
};

class SnapshotCache {
 public:
  using Read = std::function<ArchiveSnapshot()>;

  // Returns the last snapshot. If it is too old, returns a new one, made by `read`. Throws what
  // `read` throws. Throws Error{kUnavailable} if another thread has been reading for a long time,
  // as on a file system that hangs.
  std::shared_ptr<const ArchiveSnapshot> get(const Read& read);

  static constexpr Duration kLeastAge{10'000};
  static constexpr int kTimesAsLong = 20;

 private:
  bool is_fresh() const;  // call it with the mutex locked

  std::mutex mutex_;
  std::condition_variable done_;
  std::shared_ptr<const ArchiveSnapshot> last_;  // guarded by mutex_, as are all members below
  Clock::time_point last_began_;
  std::optional<Clock::time_point> reading_since_;
};

}  // namespace walstow
