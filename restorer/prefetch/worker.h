// The threads of the prefetcher that do what takes long, while the main thread answers calls. One
// fetches a segment; the other makes it durable while the next one is fetched. So the disk and the
// store work at the same time, and a segment takes as long as the slower of the two.
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

// Gets `segment` ahead and calls `progress` now and then; throws nothing. See fetch_file().
using AheadGetter =
    std::function<Fetched(const WalFileName& segment, const std::function<void()>& progress)>;

class PrefetchWorker {
 public:
  explicit PrefetchWorker(AheadGetter getter);
  PrefetchWorker(const PrefetchWorker&) = delete;
  PrefetchWorker& operator=(const PrefetchWorker&) = delete;
  ~PrefetchWorker();  // waits for what is under way

  // Whether another segment can be fetched now: none is, and one at most is being made durable or
  // has not been taken.
  bool is_free() const;
  // Only while is_free().
  void start(const WalFileName& segment);
  // From start() on until take_done() returns it.
  bool is_under_way(const WalFileName& segment) const;
  bool is_fetching(const WalFileName& segment) const;
  std::size_t under_way() const;  // how many

  // Readable when there is news: a segment is done, or has got on. hear() makes it unreadable.
  int descriptor() const { return news_.get(); }
  void hear() const;
  struct Done {
    WalFileName segment;
    Fetched fetched;  // kRestored: the content is durable
  };
  // In the order in which they were started. nullopt: none is done.
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
  // All below under the mutex, but for `fetched` of a job that is at work, which is its thread's.
  std::deque<Job> jobs_;  // in the order of start(); a reference stays valid while others come
  bool stopping_ = false;

  std::thread fetcher_, syncer_;  // last: they use all above
};

}  // namespace walstow
