// What the daemon does beside its connections, each on a thread of its own, since puts and gets
// need all of the workers: it reads what the archive has, keeps the archive's clock, and prunes by
// policy.
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
  // A job that ends by an exception calls this, on its thread.
  using Failed = std::function<void(std::exception_ptr failure)>;
  // Begins them. `handler` outlives this. `prune_interval`: 0 for no pruning by policy.
  BackgroundJobs(Handler& handler, Duration prune_interval, Failed failed);

  // They end soon; the destructor waits for it. Any thread.
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
