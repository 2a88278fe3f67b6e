// A bound on the puts that are worked on at once: each holds a compressor and a decompressor, some
// megabytes. Puts beyond it wait in line, and wait for nobody longer than a while: a put whose peer
// is slow must not keep those of all others out.
//
// Threads: any.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "proto/base/deadline.h"

namespace walstow {

class PutLimiter {
 public:
  explicit PutLimiter(std::size_t at_once) : free_(at_once) {}
  PutLimiter(const PutLimiter&) = delete;
  PutLimiter& operator=(const PutLimiter&) = delete;

  // A turn, for as long as this lives; an empty one was not granted.
  class Permit {
   public:
    Permit() = default;
    explicit Permit(PutLimiter& limiter) : limiter_(&limiter) {}
    Permit(Permit&& other) noexcept : limiter_(std::exchange(other.limiter_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(limiter_, other.limiter_);
      return *this;
    }
    ~Permit() {
      if (limiter_ != nullptr) limiter_->give_back();
    }
    bool granted() const { return limiter_ != nullptr; }

   private:
    PutLimiter* limiter_ = nullptr;
  };

  // Waits until it is the caller's turn, first come, first served; at the deadline an empty one.
  // The line outlives the wait and the turn.
  boost::asio::awaitable<Permit> acquire(Deadline patience);

 private:
  struct Waiting {
    explicit Waiting(const boost::asio::any_io_executor& executor) : timer(executor) {}
    boost::asio::steady_timer timer;  // on the executor of whoever waits
    bool granted = false;             // guarded by mutex_
  };

  bool acquire_free(const std::shared_ptr<Waiting>& waiting);
  bool leave(const std::shared_ptr<Waiting>& waiting);
  void give_back();

  std::mutex mutex_;
  std::size_t free_;                             // guarded by mutex_, as the next
  std::list<std::shared_ptr<Waiting>> waiting_;  // in their order
};

}  // namespace walstow
