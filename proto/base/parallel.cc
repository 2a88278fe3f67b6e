#include "proto/base/parallel.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace walstow {

void run_in_parallel(std::size_t count, std::size_t threads,
                     const std::function<void(std::size_t)>& work) {
  std::mutex taking;
  std::size_t next = 0;  // guarded by `taking`, as below
  std::exception_ptr failure;
  const auto work_on = [&] {
    std::unique_lock lock(taking);
    while (next < count && !failure) {
      const std::size_t index = next++;
      lock.unlock();
      std::exception_ptr thrown;
      try {
        work(index);
      } catch (...) {
        thrown = std::current_exception();
      }
      lock.lock();
      if (thrown && !failure) failure = thrown;
    }
  };
  std::vector<std::jthread> others;
  try {
    for (std::size_t i = 1; i < std::min(threads, count); ++i)
      others.emplace_back(work_on);
  } catch (const std::system_error&) {  // out of threads: fewer do all the work
  }
  work_on();
  others.clear();  // waits for them
  if (failure) std::rethrow_exception(failure);
}

}  // namespace walstow
