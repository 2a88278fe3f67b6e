#include "restorer/prefetch/worker.h"

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

#include "proto/base/error.h"

namespace walstow {

PrefetchWorker::PrefetchWorker(AheadGetter getter)
    : getter_(std::move(getter)), news_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!news_) throw_system_error("could not make an eventfd", errno);
  thread_ = std::thread([this] { run(); });
}

PrefetchWorker::~PrefetchWorker() {
  {
    const std::lock_guard held(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void PrefetchWorker::start(const WalFileName& segment) {
  segment_ = segment;
  {
    const std::lock_guard held(mutex_);
    job_ = segment;
  }
  changed_.notify_one();
}

std::optional<Fetched> PrefetchWorker::take_news() {
  std::uint64_t count = 0;
  // Fails only where nothing has happened.
  [[maybe_unused]] const ssize_t size = ::read(news_.get(), &count, sizeof count);
  const std::lock_guard held(mutex_);
  std::optional<Fetched> fetched = std::exchange(fetched_, std::nullopt);
  if (fetched) segment_.reset();
  return fetched;
}

void PrefetchWorker::run() {
  for (;;) {
    std::unique_lock held(mutex_);
    changed_.wait(held, [this] { return stopping_ || job_; });
    if (stopping_) return;
    const WalFileName segment = *std::exchange(job_, std::nullopt);
    held.unlock();
    Fetched fetched = getter_(segment, [this] { ring(); });
    held.lock();
    fetched_ = std::move(fetched);
    held.unlock();
    ring();
  }
}

void PrefetchWorker::ring() const {
  const std::uint64_t one = 1;
  // Fails only at 2^64 - 1 rings that nobody has heard.
  [[maybe_unused]] const ssize_t size = ::write(news_.get(), &one, sizeof one);
}

}  // namespace walstow
