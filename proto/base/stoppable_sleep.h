// A pause that ends early when its thread is asked to stop.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "proto/base/deadline.h"

namespace walstow {

inline void sleep_unless_stopped(Duration duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, duration, [] { return false; });
}

}  // namespace walstow
