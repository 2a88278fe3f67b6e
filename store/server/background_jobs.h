// The daemon's background work: it reads the archive's inventory, keeps the archive's clock, writes
// the index of time, and prunes by policy. Each job has its own thread, because puts and gets need
// all workers.
#pragma once

#include <exception>
#include <functional>
#include <stop_token>
#include <thread>

#include "proto/base/deadline.h"
#include "store/service/handler.h"

namespace walstow {

class BackgroundJobs {
 public:
  // A job that fails with an exception calls this, on its own thread.
  using Failed = std::function<void(std::exception_ptr failure)>;
  // Starts the jobs. `handler` must outlive this object. With a `prune_interval` of 0, nothing is
  // pruned by policy.
  BackgroundJobs(Handler& handler, Duration prune_interval, Failed failed);

  // Asks the jobs to end soon; the destructor waits for them. Any thread may call it.
  void request_stop();

 private:
  void keep_clock_each_hour(const std::stop_token& stop);
  void prune_periodically(const std::stop_token& stop);
  void write_times_periodically(const std::stop_token& stop);
  template <class Job>
  std::jthread begin(Job job);

  Handler& handler_;
  Duration prune_interval_;
  Failed failed_;
  std::jthread warming_up_;
  std::jthread keeping_clock_;
  std::jthread pruning_;
  std::jthread writing_times_;
};

}  // namespace walstow
