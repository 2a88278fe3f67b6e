// The prefetcher's threads for slow work, while the main thread answers calls. One thread fetches a
// segment, while the other one makes the previous segment durable. So the disk and the store work
// at the same time, and a segment takes as long as the slower of the two.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "proto/base/descriptor.h"
#include "proto/wal/file_name.h"
#include "restorer/file/restore_file.h"

namespace walstow {

// Fetches `segment` ahead, and calls `progress` from time to time. Does not throw. See
// fetch_file().
using AheadGetter =
    std::function<Fetched(const WalFileName& segment, const std::function<void()>& progress)>;

class PrefetchWorker {
 public:
  explicit PrefetchWorker(AheadGetter getter);
  PrefetchWorker(const PrefetchWorker&) = delete;
  PrefetchWorker& operator=(const PrefetchWorker&) = delete;
  ~PrefetchWorker();  // waits for work in progress

  // Returns whether another segment can be fetched now. It can if no segment is being fetched, and
  // if at most one segment is being made durable, or is done but not taken.
  bool is_free() const;
  // Call it only while is_free().
  void start(const WalFileName& segment);
  // Returns true from start() until take_done() returns the segment.
  bool is_under_way(const WalFileName& segment) const;
  bool is_fetching(const WalFileName& segment) const;
  std::size_t under_way() const;  // the number of segments in progress

  // The descriptor is readable while there is news: a segment is done, or has made progress. hear()
  // makes it unreadable.
  int descriptor() const { return news_.get(); }
  void hear() const;
  struct Done {
    WalFileName segment;
    Fetched fetched;  // after kRestored, the content is durable
  };
  // Returns the finished segments in the order in which they were started. Returns nullopt if none
  // is finished.
  std::optional<Done> take_done();

 private:
  struct Job {
    enum class Stage { kFetching, kSyncing, kDone };
    WalFileName segment;
    Stage stage = Stage::kFetching;
    Fetched fetched;
  };

  void fetch_each();
  void sync_each();
  void stop();
  void ring() const;

  AheadGetter getter_;
  Descriptor news_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // The mutex guards everything below, except `fetched` of a job in progress, which belongs to its
  // thread.
  std::deque<Job> jobs_;  // in the order of start(); references stay valid when jobs are added
  bool stopping_ = false;

  std::thread fetcher_, syncer_;  // the last members: the threads use all members above
};

}  // namespace walstow
