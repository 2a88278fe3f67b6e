// A circuit breaker for an S3 service. After several requests without an answer, it admits only one
// request at a time, with a pause before each one. All other requests fail at once. So a service
// that hangs blocks only one worker of the store, and is not flooded with requests when it works
// again.
//
// Threads: any.
#pragma once

#include <mutex>
#include <optional>

#include "proto/base/deadline.h"

namespace walstow {

class S3Health {
 public:
  // Returns false if no request may be sent now.
  bool may_ask(Clock::time_point now);
  void answered();
  void silent(Clock::time_point now);
  // Returns how long the service has not answered. Returns nullopt if it answered the last
  // request.
  std::optional<Duration> silent_for(Clock::time_point now) const;

  static constexpr int kSilencesBefore = 3;
  static constexpr Duration kPause{1500};  // between two attempts while the service does not answer

 private:
  mutable std::mutex mutex_;
  int silences_ = 0;
  std::optional<Clock::time_point> silent_since_;
  Clock::time_point next_try_;
};

}  // namespace walstow
