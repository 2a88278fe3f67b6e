// Whether an S3 service is worth asking right now. After several requests without an answer, only
// one request at a time is let through, each a while after the one before; the others fail at once:
// a service that hangs takes no workers from the store, and is not met by a storm when it is back.
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
  // How long there has been no answer; nullopt: the last request had one.
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
