// The sessions of a daemon. A shutdown asks all of them to end, and waits for them.
//
// Threads: any.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

#include "proto/base/deadline.h"

namespace walstow {

class SessionGroup {
 public:
  // The function that asks a session to end. Any thread may call it, so it posts to the executor of
  // the session.
  enum class Haste { kFinishRequest, kAtOnce };
  using AskToEnd = std::function<void(Haste)>;

  // wait() runs on `executor`.
  explicit SessionGroup(const boost::asio::any_io_executor& executor);
  SessionGroup(const SessionGroup&) = delete;
  SessionGroup& operator=(const SessionGroup&) = delete;

  // One session in the group, for as long as this object lives. If the group has been asked to end
  // already, the new session is asked at once.
  class Membership {
   public:
    Membership(SessionGroup& group, AskToEnd ask_to_end);
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;
    ~Membership();

   private:
    SessionGroup& group_;
    std::uint64_t number_;
  };

  std::size_t size() const;
  void ask_to_end(Haste haste);
  // Returns when no session is left, or at `deadline`, whichever comes first. Only one such call
  // may run at a time.
  boost::asio::awaitable<void> wait_until_empty(Deadline deadline);

 private:
  std::uint64_t join(AskToEnd ask_to_end);

  mutable std::mutex mutex_;
  std::map<std::uint64_t, AskToEnd> sessions_;  // guarded by mutex_, as are all below
  std::uint64_t next_number_ = 0;
  bool ending_ = false;
  boost::asio::steady_timer emptied_;  // used only on its own executor
};

}  // namespace walstow
