#include "proto/link/connect_tcp.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/link/resolve_host.h"

namespace walstow {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

asio::awaitable<tcp::socket> connect_tcp(asio::any_io_executor executor, TcpTarget target,
                                         Deadline deadline) {
  const auto endpoints = co_await resolve(target.at, deadline);
  error_code last;
  bool timed_out = false;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    tcp::socket socket(executor);
    const auto share = deadline.remaining() / (endpoints.size() - i);
    const StreamTimeout timeout(socket, Deadline::after(share));
    co_await socket.async_connect(endpoints[i], asio::redirect_error(asio::use_awaitable, last));
    if (!last) {
      socket.set_option(tcp::no_delay(true));  // a head and a body are two writes, one question
      co_return std::move(socket);
    }
    timed_out = timeout.expired();
  }
  if (timed_out) {
    throw Error(ErrorKind::kTimeout,
                fmt::format("timed out while connecting to the store \"{}\"", target.store),
                "Check that the host is up, that the address is right, and that no firewall blocks "
                "the connection.");
  }
  // Where this process can open no socket, the store is not to blame.
  const bool is_ours = last.value() == EMFILE || last.value() == ENFILE;
  throw Error(
      ErrorKind::kUnavailable,
      fmt::format("could not connect to the store \"{}\": {}", target.store, last.message()),
      is_ours ? system_hint(last.value()) : target.hint);
}

StreamTimeout::StreamTimeout(asio::ip::tcp::socket& socket, Deadline deadline)
    : state_(std::make_shared<State>(State{.socket = &socket})),
      timer_(socket.get_executor(), deadline.when()) {
  timer_.async_wait([state = state_](error_code error) {
    if (error || state->socket == nullptr) return;
    state->expired = true;
    error_code ignored;
    state->socket->cancel(ignored);
    // Also ends the next wait: the operation may have taken a step just before.
    state->socket->shutdown(tcp::socket::shutdown_both, ignored);
  });
}

StreamTimeout::~StreamTimeout() {
  state_->socket = nullptr;
}

}  // namespace walstow
