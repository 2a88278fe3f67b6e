#include "store/server/background_jobs.h"

#include <algorithm>
#include <chrono>

#include "proto/base/stoppable_sleep.h"
#include "store/retention/archive_clock.h"

namespace walstow {
namespace {

// The delay after the start, so that everything else has begun; later rounds use the set interval.
constexpr Duration kFirstPrune{60000};

// Each round writes a record or two for each cluster that archives. After a kill, the segments of
// one round are read again.
constexpr Duration kTimesWritten{10000};

}  // namespace

template <class Job>
std::jthread BackgroundJobs::begin(Job job) {
  return std::jthread([this, job](const std::stop_token& stop) {
    try {
      job(stop);
    } catch (const std::exception&) {
      failed_(std::current_exception());
    }
  });
}

BackgroundJobs::BackgroundJobs(Handler& handler, Duration prune_interval, Failed failed)
    : handler_(handler), prune_interval_(prune_interval), failed_(std::move(failed)) {
  warming_up_ = begin([this](const std::stop_token& stop) { handler_.warm_up(stop); });
  keeping_clock_ = begin([this](const std::stop_token& stop) { keep_clock_each_hour(stop); });
  pruning_ = begin([this](const std::stop_token& stop) { prune_periodically(stop); });
  writing_times_ = begin([this](const std::stop_token& stop) { write_times_periodically(stop); });
}

void BackgroundJobs::request_stop() {
  for (std::jthread* job : {&warming_up_, &keeping_clock_, &pruning_, &writing_times_})
    job->request_stop();
}

void BackgroundJobs::keep_clock_each_hour(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    handler_.keep_clock(stop);
    sleep_unless_stopped(std::chrono::duration_cast<Duration>(kClockRefresh), stop);
  }
}

void BackgroundJobs::write_times_periodically(const std::stop_token& stop) {
  for (;;) {
    sleep_unless_stopped(kTimesWritten, stop);
    if (stop.stop_requested()) return;
    handler_.write_times();
  }
}

void BackgroundJobs::prune_periodically(const std::stop_token& stop) {
  Duration pause = std::min(prune_interval_, kFirstPrune);
  while (prune_interval_.count() > 0) {
    sleep_unless_stopped(pause, stop);
    if (stop.stop_requested()) return;
    handler_.prune_by_policy(stop);
    pause = prune_interval_;
  }
}

}  // namespace walstow
