// Connects to a store's host by TCP. Also limits the time that it takes to make a Transport of the
// connection.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>

#include "proto/base/deadline.h"
#include "proto/link/store_address.h"

namespace walstow {

struct TcpTarget {
  // The name of the store in messages.
  std::string store;
  HostPort at;
  std::string hint;  // the hint of the error if the host accepts no connection
};

// Tries each address of the host in turn, with an equal share of the remaining time. The socket
// sends small packets without delay (TCP_NODELAY). Throws Error{kUnavailable} and Error{kTimeout}.
boost::asio::awaitable<boost::asio::ip::tcp::socket> connect_tcp(
    boost::asio::any_io_executor executor, TcpTarget target, Deadline deadline);

// When `deadline` has passed, ends the handshake, or any other wait on a stream that is not yet a
// transport. The socket is then unusable. Destroying this object cancels the time limit.
class StreamTimeout {
 public:
  StreamTimeout(boost::asio::ip::tcp::socket& socket, Deadline deadline);
  StreamTimeout(const StreamTimeout&) = delete;
  StreamTimeout& operator=(const StreamTimeout&) = delete;
  ~StreamTimeout();

  bool expired() const { return state_->expired; }

 private:
  struct State {
    boost::asio::ip::tcp::socket* socket = nullptr;  // nullptr once this object is destroyed
    bool expired = false;
  };
  std::shared_ptr<State> state_;
  boost::asio::steady_timer timer_;
};

}  // namespace walstow
