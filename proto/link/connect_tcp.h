// From the name of a store's host to a TCP connection with it; and a deadline for what comes before
// a connection has become a Transport.
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
  std::string store;  // for messages
  HostPort at;
  std::string hint;  // for when nobody takes the connection
};

// Each address of the host is tried in turn, with an equal share of the time that is left. The
// socket does not wait to fill its packets. Throws Error{kUnavailable} and Error{kTimeout}.
boost::asio::awaitable<boost::asio::ip::tcp::socket> connect_tcp(
    boost::asio::any_io_executor executor, TcpTarget target, Deadline deadline);

// Ends the handshake or whatever else waits on a stream that is no transport yet: until it is
// destroyed, or `deadline` has passed. The socket is of no use any more then.
class StreamTimeout {
 public:
  StreamTimeout(boost::asio::ip::tcp::socket& socket, Deadline deadline);
  StreamTimeout(const StreamTimeout&) = delete;
  StreamTimeout& operator=(const StreamTimeout&) = delete;
  ~StreamTimeout();

  bool expired() const { return state_->expired; }

 private:
  struct State {
    boost::asio::ip::tcp::socket* socket = nullptr;  // nullptr once this is gone
    bool expired = false;
  };
  std::shared_ptr<State> state_;
  boost::asio::steady_timer timer_;
};

}  // namespace walstow
