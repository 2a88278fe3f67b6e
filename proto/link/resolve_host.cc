#include "proto/link/resolve_host.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <system_error>
#include <thread>

#include "proto/base/error.h"

namespace walstow {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

// Shared by the waiting coroutine and the resolving thread; either may end before the other.
struct Lookup {
  std::mutex mutex;
  asio::steady_timer* waiting = nullptr;  // guarded by mutex; nullptr: nothing waits any more
  bool done = false;                      // guarded by mutex, like all below
  int error = 0;                          // getaddrinfo's
  std::vector<tcp::endpoint> endpoints;
};

void look_up(const std::shared_ptr<Lookup>& lookup, const HostPort& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  const int error = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, FreeAddresses> list(error == 0 ? found : nullptr);

  const std::lock_guard lock(lookup->mutex);
  lookup->error = error;
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    tcp::endpoint endpoint;
    if (entry->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
    endpoint.resize(entry->ai_addrlen);
    lookup->endpoints.push_back(endpoint);
  }
  lookup->done = true;
  if (lookup->waiting == nullptr) return;
  // Two threads must not use one timer: its own executor cancels it. The waiting coroutine clears
  // the pointer under the lock before it destroys the timer.
  asio::post(lookup->waiting->get_executor(), [lookup] {
    const std::lock_guard again(lookup->mutex);
    if (lookup->waiting != nullptr) lookup->waiting->cancel();
  });
}

class Waiting {
 public:
  Waiting(Lookup& lookup, asio::steady_timer& timer) : lookup_(lookup) {
    const std::lock_guard lock(lookup_.mutex);
    lookup_.waiting = &timer;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    const std::lock_guard lock(lookup_.mutex);
    lookup_.waiting = nullptr;
  }

 private:
  Lookup& lookup_;
};

}  // namespace

asio::awaitable<std::vector<tcp::endpoint>> resolve(HostPort address, Deadline deadline) {
  boost::system::error_code not_numeric;
  const auto numeric = asio::ip::make_address(address.host, not_numeric);
  if (!not_numeric) co_return std::vector{tcp::endpoint(numeric, address.port)};

  const auto lookup = std::make_shared<Lookup>();
  asio::steady_timer timer(co_await asio::this_coro::executor, deadline.when());
  {
    const Waiting waiting(*lookup, timer);
    try {
      std::thread([lookup, address] { look_up(lookup, address); }).detach();
    } catch (const std::system_error& error) {
      const int number = error.code().value();
      throw Error(ErrorKind::kUnavailable,
                  fmt::format("could not look up host \"{}\": could not start a thread: {}",
                              address.host, system_message(number)),
                  start_hint(number));
    }
    boost::system::error_code cancelled;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  const std::lock_guard lock(lookup->mutex);
  if (!lookup->done) {
    throw Error(ErrorKind::kTimeout,
                fmt::format("timed out while looking up host \"{}\"", address.host),
                "Check that the name server (DNS) of this machine answers.");
  }
  if (lookup->error != 0 || lookup->endpoints.empty()) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("could not look up host \"{}\": {}", address.host,
                            lookup->error != 0 ? gai_strerror(lookup->error) : "no address"),
                "Is the host name in the setting \"store\" right?");
  }
  co_return std::move(lookup->endpoints);
}

}  // namespace walstow
