// Whether the registry admits a caller, before its first request is read. The result is remembered
// for a moment, so that a flood of connections does not become one of look-ups. The Handler checks
// each request again, so a client that was removed is refused at once all the same.
//
// Threads: any.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "proto/base/deadline.h"
#include "store/server/worker_pool.h"
#include "store/service/handler.h"

namespace walstow {

class CallerCheck {
 public:
  // Both outlive this object.
  CallerCheck(Handler& handler, WorkerPool& workers) : handler_(handler), workers_(workers) {}
  CallerCheck(const CallerCheck&) = delete;
  CallerCheck& operator=(const CallerCheck&) = delete;

  // nullopt: the registry admits the caller, or it cannot be read: then the answer to each request
  // gives the reason. Throws only Error{kFatal}.
  boost::asio::awaitable<std::optional<Refusal>> refusal(Caller caller);

 private:
  struct Found {
    Clock::time_point until;
    std::optional<Refusal> refusal;
  };

  std::optional<Found> remembered(const std::string& key);
  void remember(const std::string& key, const std::optional<Refusal>& refusal);

  Handler& handler_;
  WorkerPool& workers_;
  std::mutex mutex_;
  std::map<std::string, Found> found_;  // guarded by mutex_
};

}  // namespace walstow
