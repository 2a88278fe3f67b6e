// The thread of the prefetcher that does what takes long: it gets one segment at a time, while the
// main thread answers calls.
#pragma once

#include <condition_variable>
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
  ~PrefetchWorker();  // waits for a get that is under way

  // The last one must have been taken.
  void start(const WalFileName& segment);
  // What is under way, or done and not taken yet.
  const std::optional<WalFileName>& segment() const { return segment_; }

  // Readable when there is news; take_news() makes it unreadable again.
  int descriptor() const { return news_.get(); }
  // nullopt: it is under way still, and has got on. Else it is taken with that.
  std::optional<Fetched> take_news();

 private:
  void run();
  void ring() const;

  AheadGetter getter_;
  Descriptor news_;
  std::optional<WalFileName> segment_;  // the main thread's

  std::mutex mutex_;
  std::condition_variable changed_;
  // All below under the mutex.
  std::optional<WalFileName> job_;
  std::optional<Fetched> fetched_;
  bool stopping_ = false;

  std::thread thread_;  // last: it uses all above
};

}  // namespace walstow
