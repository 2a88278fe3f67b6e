// Checks whether the registry admits a caller, before the first request of that caller is read. It
// remembers the result for a moment, so that a flood of connections does not become a flood of
// lookups. The Handler still checks each request, so a removed client is refused at once.
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
  // `handler` and `workers` must outlive this object.
  CallerCheck(Handler& handler, WorkerPool& workers) : handler_(handler), workers_(workers) {}
  CallerCheck(const CallerCheck&) = delete;
  CallerCheck& operator=(const CallerCheck&) = delete;

  // Returns nullopt if the registry admits the caller, or cannot be read. In the second case the
  // answer to each request gives the reason. Throws only Error{kFatal}.
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
