// The one retry policy: try, pause, try again, until an attempt succeeds or the time is up.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <thread>

#include "proto/base/deadline.h"
#include "proto/base/error.h"

namespace walstow {

struct RetryPolicy {
  Deadline give_up;              // no attempt begins after this point
  Duration first_pause{100};     // is doubled after each attempt ...
  Duration longest_pause{2000};  // ... up to this duration
  // Once this function returns true, no further attempt begins. It may be empty.
  std::function<bool()> hurry = {};
  // Called with the failure before each pause, to log "still trying" lines. It may be empty.
  std::function<void(const Error&, Duration pause)> on_failure = {};
};

// Returns whether a retry may succeed after this kind of error. It cannot after refusals, invalid
// input, wrong usage and fatal errors.
inline bool worth_retrying(ErrorKind kind) {
  return kind == ErrorKind::kUnavailable || kind == ErrorKind::kTimeout;
}

// Runs attempt(number), where number starts at 0. Rethrows an Error that is not worth retrying, or
// the last Error when the time is up. If the last Error is only the time-out at give_up, rethrows
// the Error before that one, which explains more. An attempt must bound its own waits by the same
// deadline.
template <class Attempt>
auto retry(const RetryPolicy& policy, Attempt attempt) {
  Duration pause = policy.first_pause;
  std::optional<Error> before;
  for (int number = 0;; ++number) {
    try {
      return attempt(number);
    } catch (const Error& error) {
      const bool cut_short = error.kind() == ErrorKind::kTimeout && policy.give_up.passed();
      if (cut_short && before) throw Error(*before);
      if (!worth_retrying(error.kind()) || policy.give_up.remaining() <= pause) throw;
      if (policy.hurry && policy.hurry()) throw;
      before = error;
      if (policy.on_failure) policy.on_failure(error, pause);
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, policy.longest_pause);
  }
}

}  // namespace walstow
