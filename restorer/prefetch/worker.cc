#include "restorer/prefetch/worker.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

#include "proto/base/error.h"

namespace walstow {
namespace {

// One that is being fetched, and one that is being made durable.
constexpr std::size_t kMostUnderWay = 2;

// nullptr: no job is at that stage. `jobs` may be const.
auto* first_at(auto& jobs, auto stage) {
  const auto job =
      std::ranges::find_if(jobs, [stage](const auto& one) { return one.stage == stage; });
  return job == jobs.end() ? nullptr : &*job;
}

}  // namespace

PrefetchWorker::PrefetchWorker(AheadGetter getter)
    : getter_(std::move(getter)), news_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!news_) throw_system_error("could not create an eventfd", errno);
  fetcher_ = std::thread([this] { fetch_each(); });
  try {
    syncer_ = std::thread([this] { sync_each(); });
  } catch (...) {
    stop();
    throw;
  }
}

PrefetchWorker::~PrefetchWorker() {
  stop();
}

void PrefetchWorker::stop() {
  {
    const std::lock_guard held(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread* thread : {&fetcher_, &syncer_}) {
    if (thread->joinable()) thread->join();
  }
}

bool PrefetchWorker::is_free() const {
  const std::lock_guard held(mutex_);
  return jobs_.size() < kMostUnderWay && first_at(jobs_, Job::Stage::kFetching) == nullptr;
}

void PrefetchWorker::start(const WalFileName& segment) {
  {
    const std::lock_guard held(mutex_);
    jobs_.push_back({.segment = segment, .fetched = {}});
  }
  changed_.notify_all();
}

bool PrefetchWorker::is_under_way(const WalFileName& segment) const {
  const std::lock_guard held(mutex_);
  return std::ranges::find(jobs_, segment, &Job::segment) != jobs_.end();
}

bool PrefetchWorker::is_fetching(const WalFileName& segment) const {
  const std::lock_guard held(mutex_);
  const Job* const job = first_at(jobs_, Job::Stage::kFetching);
  return job != nullptr && job->segment == segment;
}

std::size_t PrefetchWorker::under_way() const {
  const std::lock_guard held(mutex_);
  return jobs_.size();
}

void PrefetchWorker::hear() const {
  std::uint64_t count = 0;
  // Fails only if nothing has happened.
  [[maybe_unused]] const ssize_t size = ::read(news_.get(), &count, sizeof count);
}

std::optional<PrefetchWorker::Done> PrefetchWorker::take_done() {
  const std::lock_guard held(mutex_);
  if (jobs_.empty() || jobs_.front().stage != Job::Stage::kDone) return std::nullopt;
  Done done{.segment = jobs_.front().segment, .fetched = std::move(jobs_.front().fetched)};
  jobs_.pop_front();
  return done;
}

void PrefetchWorker::fetch_each() {
  std::unique_lock held(mutex_);
  for (;;) {
    Job* job = nullptr;
    changed_.wait(held, [&] {
      job = first_at(jobs_, Job::Stage::kFetching);
      return stopping_ || job != nullptr;
    });
    if (stopping_) return;
    held.unlock();
    job->fetched = getter_(job->segment, [this] { ring(); });
    held.lock();
    // A segment that could not be fetched is done: no later segment is to be requested.
    job->stage = job->fetched.file ? Job::Stage::kSyncing : Job::Stage::kDone;
    changed_.notify_all();
    ring();
  }
}

void PrefetchWorker::sync_each() {
  std::unique_lock held(mutex_);
  for (;;) {
    Job* job = nullptr;
    changed_.wait(held, [&] {
      job = first_at(jobs_, Job::Stage::kSyncing);
      return stopping_ || job != nullptr;
    });
    if (stopping_) return;
    held.unlock();
    make_durable(job->fetched);
    held.lock();
    job->stage = Job::Stage::kDone;
    ring();
  }
}

void PrefetchWorker::ring() const {
  const std::uint64_t one = 1;
  // Fails only after 2^64 - 1 notifications that were not read.
  [[maybe_unused]] const ssize_t size = ::write(news_.get(), &one, sizeof one);
}

}  // namespace walstow
