#include "store/server/worker_pool.h"

#include <algorithm>

namespace walstow {
namespace {

// After these, it is the turn of a get.
constexpr int kPutsInARow = 3;
// After these, it is the turn of other work.
constexpr int kTurnsWithoutOthers = 7;

}  // namespace

WorkerPool::WorkerPool(std::size_t threads)
    : most_others_(std::max<std::size_t>(1, threads / 2)), threads_(threads) {}

// For each added job, one thread is woken; it takes the job that comes first at that time.
void WorkerPool::add(Kind kind, std::unique_ptr<Job> job) {
  {
    const std::lock_guard lock(mutex_);
    queue(kind).push_back(std::move(job));
  }
  boost::asio::post(threads_, [this] { run_next(); });
}

void WorkerPool::run_next() {
  Kind kind = Kind::kOther;
  const std::unique_ptr<Job> job = take(kind);
  if (job == nullptr) return;
  job->run();
  if (kind != Kind::kOther) return;
  {
    const std::lock_guard lock(mutex_);
    --others_;
    if (queue(Kind::kOther).empty()) return;
  }
  // A thread that was woken for one of these may have found no room.
  boost::asio::post(threads_, [this] { run_next(); });
}

// nullptr: only other work waits, and it already has its share of the threads.
std::unique_ptr<WorkerPool::Job> WorkerPool::take(Kind& kind) {
  const std::lock_guard lock(mutex_);
  const bool puts_wait = !queue(Kind::kPut).empty();
  const bool gets_wait = !queue(Kind::kGet).empty();
  const bool others_may = !queue(Kind::kOther).empty() && others_ < most_others_;
  if (others_may && (without_others_ >= kTurnsWithoutOthers || !(puts_wait || gets_wait))) {
    kind = Kind::kOther;
    ++others_;
  } else if (puts_wait && !(gets_wait && puts_in_a_row_ >= kPutsInARow)) {
    kind = Kind::kPut;
    ++puts_in_a_row_;
  } else if (gets_wait) {
    kind = Kind::kGet;
    puts_in_a_row_ = 0;
  } else {
    return nullptr;
  }
  without_others_ = kind == Kind::kOther ? 0 : without_others_ + 1;
  auto job = std::move(queue(kind).front());
  queue(kind).pop_front();
  return job;
}

}  // namespace walstow
