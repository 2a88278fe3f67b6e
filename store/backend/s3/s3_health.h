// A circuit breaker for an S3 service. After several requests without an answer, it admits only one
// request at a time, each a while after the one before; the others fail at once. So a hanging
// service takes no workers from the store, and meets no storm of requests when it returns.
//
// Threads: any.
#pragma once

#include <mutex>
#include <optional>

#include "proto/base/deadline.h"

namespace walstow {

class S3Health {
 public:
  // False: do not ask.
  bool may_ask(Clock::time_point now);
  void answered();
  void silent(Clock::time_point now);
  // How long the service has given no answer. nullopt: the last request had one.
  std::optional<Duration> silent_for(Clock::time_point now) const;

  static constexpr int kSilencesBefore = 3;
  static constexpr Duration kPause{1500};  // between two tries while it is silent

 private:
  mutable std::mutex mutex_;
  int silences_ = 0;
  std::optional<Clock::time_point> silent_since_;
  Clock::time_point next_try_;
};

}  // namespace walstow
