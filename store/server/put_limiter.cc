#include "store/server/put_limiter.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace walstow {

namespace asio = boost::asio;

asio::awaitable<PutLimiter::Permit> PutLimiter::acquire(std::string client, Deadline patience) {
  const auto executor = co_await asio::this_coro::executor;
  const auto waiting = std::make_shared<Waiting>(executor, client);
  waiting->timer.expires_at(patience.when());
  switch (begin(waiting)) {
    case Begun::kRefused:
      co_return Permit(Permit::Refused::kTooManyOfClient);
    case Begun::kAtWork:
      co_return Permit(*this, std::move(client));
    case Begun::kWaits:
      break;
  }
  boost::system::error_code ignored;
  co_await waiting->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (leave(waiting)) co_return Permit(*this, std::move(client));
  co_return Permit(Permit::Refused::kTooMany);
}

bool PutLimiter::has_room_for(const Puts& puts) const {
  if (at_work_ < bounds_.at_once) return true;
  return puts.at_work == 0 && at_work_ < bounds_.at_once + bounds_.beside;
}

PutLimiter::Begun PutLimiter::begin(const std::shared_ptr<Waiting>& waiting) {
  const std::lock_guard lock(mutex_);
  Puts& puts = puts_of_[waiting->client];
  if (puts.at_work + puts.waiting >= bounds_.of_one_client) {
    forget_if_none(waiting->client);
    return Begun::kRefused;
  }
  if (has_room_for(puts)) {
    ++puts.at_work;
    ++at_work_;
    return Begun::kAtWork;
  }
  ++puts.waiting;
  waiting_.push_back(waiting);
  return Begun::kWaits;
}

// True: its turn has come.
bool PutLimiter::leave(const std::shared_ptr<Waiting>& waiting) {
  const std::lock_guard lock(mutex_);
  if (waiting->granted) return true;
  waiting_.remove(waiting);
  --puts_of_[waiting->client].waiting;
  forget_if_none(waiting->client);
  return false;
}

void PutLimiter::end(const std::string& client) {
  const std::lock_guard lock(mutex_);
  --at_work_;
  --puts_of_[client].at_work;
  forget_if_none(client);
  const auto next = take_next();
  if (next == nullptr) return;
  Puts& puts = puts_of_[next->client];
  --puts.waiting;
  ++puts.at_work;
  ++at_work_;
  next->granted = true;
  // Runs on the waiter's own executor, which is free only once it waits.
  asio::post(next->timer.get_executor(), [next] { next->timer.cancel(); });
}

// nullptr: no waiting put has room.
std::shared_ptr<PutLimiter::Waiting> PutLimiter::take_next() {
  const auto at_work = [this](const auto& waiting) { return puts_of_[waiting->client].at_work; };
  const auto next = std::ranges::min_element(waiting_, {}, at_work);
  if (next == waiting_.end() || !has_room_for(puts_of_[(*next)->client])) return nullptr;
  auto taken = *next;
  waiting_.erase(next);
  return taken;
}

void PutLimiter::forget_if_none(const std::string& client) {
  const auto puts = puts_of_.find(client);
  if (puts->second.at_work + puts->second.waiting == 0) puts_of_.erase(puts);
}

}  // namespace walstow
