#include "store/admin/import/ordered_work.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>

#include "proto/base/parallel.h"

namespace walstow {
namespace {

class Order {
 public:
  explicit Order(const OrderedWork& order) : order_(order) {}

  void run(std::size_t thread) {
    for (std::size_t item = 0; start(item);)
      finish(item, failure_of(item, thread));
  }
  OrderedResult result() {
    const std::lock_guard lock(mutex_);
    return {.first_left = first_left(), .failure = failure_};
  }

 private:
  // False: there is nothing more to start.
  bool start(std::size_t& item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_over() || may_start(); });
    if (is_over()) return false;
    item = next_++;
    alone_ = order_.is_alone(item);
    running_.insert(item);
    return true;
  }
  void finish(std::size_t item, const std::exception_ptr& failure) {
    const std::lock_guard lock(mutex_);
    alone_ = false;
    if (failure) {
      failed_.insert(item);
      if (!failure_) failure_ = failure;
    }
    running_.erase(item);
    changed_.notify_all();
  }
  std::exception_ptr failure_of(std::size_t item, std::size_t thread) const {
    try {
      order_.work(item, thread);
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  }

  bool is_over() const { return next_ == order_.count || failure_ || order_.stop(); }
  bool may_start() const { return !alone_ && (running_.empty() || !order_.is_alone(next_)); }
  std::size_t first_left() const {
    return failed_.empty() ? next_ : std::min(next_, *failed_.begin());
  }

  const OrderedWork& order_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_ = 0;
  bool alone_ = false;  // an item that runs alone is running
  std::set<std::size_t> running_;
  std::set<std::size_t> failed_;
  std::exception_ptr failure_;
};

}  // namespace

OrderedResult run_in_order(const OrderedWork& order) {
  Order state(order);
  run_in_parallel(order.threads, order.threads,
                  [&state](std::size_t thread) { state.run(thread); });
  return state.result();
}

}  // namespace walstow
