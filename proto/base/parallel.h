// Runs the same work for many items in several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace walstow {

// Calls `work` with each number from 0 to count - 1, on at most `threads` threads. The calls start
// in that order. One of them is the caller's thread. Returns when all calls have returned. After a
// call has thrown, no further call starts, and the first exception is rethrown.
void run_in_parallel(std::size_t count, std::size_t threads,
                     const std::function<void(std::size_t)>& work);

}  // namespace walstow
