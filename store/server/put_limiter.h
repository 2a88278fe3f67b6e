// A bound on the puts that are worked on at once: each holds a compressor and a decompressor, some
// megabytes. Puts beyond it wait in line, and wait for nobody longer than a while: a put whose peer
// is slow must not keep those of all others out. And a bound on those of one client, in line or
// not, so that one whose puts all stall does not have the store's memory.
//
// Threads: any.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "proto/base/deadline.h"

namespace walstow {

class PutLimiter {
 public:
  struct Bounds {
    std::size_t at_once = 0;
    std::size_t of_one_client = 0;
  };
  explicit PutLimiter(Bounds bounds)
      : of_one_client_(bounds.of_one_client), free_(bounds.at_once) {}
  PutLimiter(const PutLimiter&) = delete;
  PutLimiter& operator=(const PutLimiter&) = delete;

  // One put of a client, for as long as this lives.
  class Share {
   public:
    Share(PutLimiter& limiter, std::string client)
        : limiter_(limiter), client_(std::move(client)), granted_(limiter.add_put(client_)) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() {
      if (granted_) limiter_.remove_put(client_);
    }
    // False: the client has as many as it may have already.
    bool granted() const { return granted_; }

   private:
    PutLimiter& limiter_;
    std::string client_;
    bool granted_;
  };

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
  bool add_put(const std::string& client);
  void remove_put(const std::string& client);

  const std::size_t of_one_client_;
  std::mutex mutex_;
  std::map<std::string, std::size_t> puts_of_;  // guarded by mutex_, as the next; never 0
  std::size_t free_;
  std::list<std::shared_ptr<Waiting>> waiting_;  // in their order
};

}  // namespace walstow
