// Limits the number of simultaneous puts, because each put needs some megabytes for a compressor
// and a decompressor. Puts beyond the limit wait for some time. The next put to run is the oldest
// one of the client that has the fewest active puts. Beyond the limit, there is room for some
// clients that have no active put. So one client's stalled puts block no other client's puts, and
// the memory that all puts together use has a limit, whatever clients do.
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
    std::size_t at_once = 0;        // largest number of active puts, of all clients together
    std::size_t beside = 0;         // largest number of active puts beyond these, one per client
    std::size_t of_one_client = 0;  // largest number of a single client's puts, active and waiting
  };
  explicit PutLimiter(Bounds bounds) : bounds_(bounds) {}
  PutLimiter(const PutLimiter&) = delete;
  PutLimiter& operator=(const PutLimiter&) = delete;

  // One active put, for as long as this object lives; an empty permit was not granted.
  class Permit {
   public:
    enum class Refused {
      // The client has reached its maximum number of puts.
      kTooManyOfClient,
      kTooMany,  // the deadline passed before the put's turn
    };
    explicit Permit(Refused why) : refused_(why) {}
    Permit(PutLimiter& limiter, std::string client)
        : limiter_(&limiter), client_(std::move(client)) {}
    Permit(Permit&& other) noexcept
        : limiter_(std::exchange(other.limiter_, nullptr)),
          client_(std::move(other.client_)),
          refused_(other.refused_) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (limiter_ != nullptr) limiter_->end(client_);
    }
    bool granted() const { return limiter_ != nullptr; }
    Refused refused() const { return refused_; }  // set if the permit was not granted

   private:
    PutLimiter* limiter_ = nullptr;
    std::string client_;
    Refused refused_ = Refused::kTooMany;
  };

  // Waits for the caller's turn, but not longer than until the deadline. The limiter must outlive
  // the wait and the permit.
  boost::asio::awaitable<Permit> acquire(std::string client, Deadline patience);

 private:
  struct Waiting {
    Waiting(const boost::asio::any_io_executor& executor, std::string who)
        : timer(executor), client(std::move(who)) {}
    boost::asio::steady_timer timer;  // uses the executor of the waiting coroutine
    const std::string client;
    bool granted = false;  // guarded by mutex_
  };
  struct Puts {
    std::size_t at_work = 0;
    std::size_t waiting = 0;
  };
  enum class Begun { kAtWork, kWaits, kRefused };

  Begun begin(const std::shared_ptr<Waiting>& waiting);
  bool leave(const std::shared_ptr<Waiting>& waiting);
  void end(const std::string& client);
  bool has_room_for(const Puts& puts) const;
  void forget_if_none(const std::string& client);
  std::shared_ptr<Waiting> take_next();

  const Bounds bounds_;
  std::mutex mutex_;  // guards all that follows
  std::map<std::string, Puts> puts_of_;
  std::size_t at_work_ = 0;
  std::list<std::shared_ptr<Waiting>> waiting_;  // in the order of arrival
};

}  // namespace walstow
