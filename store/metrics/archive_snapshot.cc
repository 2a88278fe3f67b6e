#include "store/metrics/archive_snapshot.h"

#include <algorithm>

#include "proto/base/error.h"

namespace walstow {
namespace {

// Prometheus' own limit for a scrape is ten seconds.
constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::seconds kHangs{60};

}  // namespace

bool SnapshotCache::is_fresh() const {
  if (!last_) return false;
  const Clock::duration keep = std::max<Clock::duration>(kLeastAge, last_->took * kTimesAsLong);
  return Clock::now() - last_began_ < keep;
}

std::shared_ptr<const ArchiveSnapshot> SnapshotCache::get(const Read& read) {
  std::unique_lock lock(mutex_);
  if (is_fresh()) return last_;
  if (reading_since_) {
    if (!last_) done_.wait_for(lock, kPatience, [this] { return last_ || !reading_since_; });
    const bool hangs = reading_since_ && Clock::now() - *reading_since_ > kHangs;
    if (last_ && !hangs) return last_;
    throw Error(ErrorKind::kUnavailable, "the state of the archive is being read",
                "Ask again in a few seconds.");
  }
  const Clock::time_point began = Clock::now();
  reading_since_ = began;
  lock.unlock();
  std::shared_ptr<ArchiveSnapshot> taken;
  std::exception_ptr failure;
  try {
    taken = std::make_shared<ArchiveSnapshot>(read());
    taken->took = Clock::now() - began;
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  reading_since_.reset();
  if (taken) {
    last_ = taken;
    last_began_ = began;
  }
  done_.notify_all();
  if (failure) std::rethrow_exception(failure);
  return taken;
}

}  // namespace walstow
