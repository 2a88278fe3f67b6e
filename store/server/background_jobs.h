// The daemon's work in addition to its connections: it reads the archive's inventory, keeps the
// archive's clock, and prunes by policy. Each job has its own thread, since puts and gets need all
// of the workers.
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
  // A job that ends with an exception calls this, on its thread.
  using Failed = std::function<void(std::exception_ptr failure)>;
  // Starts the jobs. `handler` outlives this object. `prune_interval`: 0 for no pruning by policy.
  BackgroundJobs(Handler& handler, Duration prune_interval, Failed failed);

  // The jobs end soon; the destructor waits for them. Any thread.
  void request_stop();

 private:
  void keep_clock_each_hour(const std::stop_token& stop);
  void prune_periodically(const std::stop_token& stop);
  template <class Job>
  std::jthread begin(Job job);

  Handler& handler_;
  Duration prune_interval_;
  Failed failed_;
  std::jthread warming_up_;
  std::jthread keeping_clock_;
  std::jthread pruning_;
};

}  // namespace walstow
