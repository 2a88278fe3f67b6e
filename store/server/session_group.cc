#include "store/server/session_group.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace walstow {

namespace asio = boost::asio;

SessionGroup::SessionGroup(const asio::any_io_executor& executor) : emptied_(executor) {}

SessionGroup::Membership::Membership(SessionGroup& group, AskToEnd ask_to_end)
    : group_(group), number_(group.join(std::move(ask_to_end))) {}

SessionGroup::Membership::~Membership() {
  const std::lock_guard lock(group_.mutex_);
  group_.sessions_.erase(number_);
  if (!group_.ending_ || !group_.sessions_.empty()) return;
  try {
    asio::post(group_.emptied_.get_executor(), [&timer = group_.emptied_] { timer.cancel(); });
  } catch (const std::exception&) {  // no memory: the wait ends by its deadline
  }
}

std::uint64_t SessionGroup::join(AskToEnd ask_to_end) {
  const std::lock_guard lock(mutex_);
  if (ending_) ask_to_end(Haste::kFinishRequest);
  sessions_.emplace(next_number_, std::move(ask_to_end));
  return next_number_++;
}

std::size_t SessionGroup::size() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

void SessionGroup::ask_to_end(Haste haste) {
  const std::lock_guard lock(mutex_);
  ending_ = true;
  for (const auto& [number, ask] : sessions_)
    ask(haste);
}

asio::awaitable<void> SessionGroup::wait_until_empty(Deadline deadline) {
  emptied_.expires_at(deadline.when());
  if (size() == 0) co_return;
  boost::system::error_code cancelled;
  co_await emptied_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

}  // namespace walstow
