#include "store/server/put_limiter.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace walstow {

namespace asio = boost::asio;

boost::asio::awaitable<PutLimiter::Permit> PutLimiter::acquire(Deadline patience) {
  const auto executor = co_await asio::this_coro::executor;
  const auto waiting = std::make_shared<Waiting>(executor);
  waiting->timer.expires_at(patience.when());
  if (acquire_free(waiting)) co_return Permit(*this);
  boost::system::error_code ignored;
  co_await waiting->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (leave(waiting)) co_return Permit(*this);
  co_return Permit();
}

// False: it stands in the line now.
bool PutLimiter::acquire_free(const std::shared_ptr<Waiting>& waiting) {
  const std::lock_guard lock(mutex_);
  if (free_ > 0) {
    --free_;
    return true;
  }
  waiting_.push_back(waiting);
  return false;
}

// Whether its turn has come.
bool PutLimiter::leave(const std::shared_ptr<Waiting>& waiting) {
  const std::lock_guard lock(mutex_);
  if (waiting->granted) return true;
  waiting_.remove(waiting);
  return false;
}

void PutLimiter::give_back() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  const std::shared_ptr<Waiting> next = waiting_.front();
  waiting_.pop_front();
  next->granted = true;
  // On its own executor, which it has left only when it waits.
  asio::post(next->timer.get_executor(), [next] { next->timer.cancel(); });
}

bool PutLimiter::add_put(const std::string& client) {
  const std::lock_guard lock(mutex_);
  std::size_t& puts = puts_of_[client];
  if (puts >= of_one_client_) return false;
  ++puts;
  return true;
}

void PutLimiter::remove_put(const std::string& client) {
  const std::lock_guard lock(mutex_);
  const auto puts = puts_of_.find(client);
  if (--puts->second == 0) puts_of_.erase(puts);
}

}  // namespace walstow
