// Runs the same work for many items in several threads. Some items run alone, after all earlier and
// before all later ones.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>

namespace walstow {

struct OrderedWork {
  std::size_t count = 0;
  std::size_t threads = 1;
  // Called with an item, 0 to count - 1, and a thread, 0 to threads - 1. Items are started in
  // ascending order.
  std::function<void(std::size_t item, std::size_t thread)> work;
  // Returns whether an item runs alone: after all items before it have ended, and before any
  // later item is started.
  std::function<bool(std::size_t item)> is_alone;
  // Returns whether to start no further item.
  std::function<bool()> stop;
};

struct OrderedResult {
  std::size_t first_left = 0;  // the lowest item that has not ended; `count` if all have ended
  std::exception_ptr failure;  // the first exception, after which no further item was started
};

// Returns when all items that were started have ended.
OrderedResult run_in_order(const OrderedWork& order);

}  // namespace walstow
