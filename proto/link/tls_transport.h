// A transport over one TLS connection that stands already (tls_client.h and tls_server.h make
// them).
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>

#include "proto/link/byte_stream.h"

namespace walstow {

using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

// A peer that closes without TLS's farewell has closed: HTTP's framing proves what came whole.
std::unique_ptr<Transport> make_tls_transport(TlsStream stream);

// Ends the handshake or whatever else waits on a stream that is no transport yet: until it is
// destroyed, or `deadline` has passed.
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
