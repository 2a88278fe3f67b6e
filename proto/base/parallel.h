// Runs the same work for many items in several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace walstow {

// Calls `work` with 0 to count - 1, started in that order, on at most `threads` threads, one of
// which is the caller's. Returns when all calls have returned. After a call throws, no further one
// starts, and the first exception is rethrown.
void run_in_parallel(std::size_t count, std::size_t threads,
                     const std::function<void(std::size_t)>& work);

}  // namespace walstow
