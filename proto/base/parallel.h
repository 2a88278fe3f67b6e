// The same work for many things, by several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace walstow {

// Calls `work` with 0 to count - 1, begun in that order, on so many threads at most, of which the
// caller's is one. Returns when all have ended. After one has thrown none is begun any more, and
// what the first one threw is thrown.
void run_in_parallel(std::size_t count, std::size_t threads,
                     const std::function<void(std::size_t)>& work);

}  // namespace walstow
