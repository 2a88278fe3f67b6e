#include "store/server/caller_check.h"

#include <fmt/format.h>
#include <utility>

namespace walstow {

namespace asio = boost::asio;

namespace {

constexpr Duration kKnownFor{10'000};
// Short: an administrator may be adding the client at this moment.
constexpr Duration kUnknownFor{1000};
constexpr std::size_t kMostRemembered = 1024;

std::string key_of(const Caller& caller) {
  const auto until = caller.certificate_until ? caller.certificate_until->time_since_epoch().count()
                                              : Time::duration::rep{0};
  return fmt::format("{} {} {}", caller.fingerprint, until, caller.name);
}

}  // namespace

asio::awaitable<std::optional<Refusal>> CallerCheck::refusal(Caller caller) {
  const std::string key = key_of(caller);
  if (auto found = remembered(key)) co_return std::move(found->refusal);
  auto look_up = [this, &caller] { return handler_.refuse_caller(caller); };
  std::optional<Refusal> refusal =
      co_await run_on(workers_, WorkerPool::Kind::kPut, std::move(look_up));
  remember(key, refusal);
  co_return refusal;
}

std::optional<CallerCheck::Found> CallerCheck::remembered(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = found_.find(key);
  if (found == found_.end() || Clock::now() >= found->second.until) return std::nullopt;
  return found->second;
}

void CallerCheck::remember(const std::string& key, const std::optional<Refusal>& refusal) {
  const std::lock_guard lock(mutex_);
  if (found_.size() >= kMostRemembered) found_.clear();
  found_.insert_or_assign(
      key, Found{.until = Clock::now() + (refusal ? kUnknownFor : kKnownFor), .refusal = refusal});
}

}  // namespace walstow
