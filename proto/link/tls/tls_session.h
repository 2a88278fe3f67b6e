// One TLS connection: OpenSSL on a socket, without blocking.
//
// OpenSSL reads and writes the socket itself, several records at a time. With Asio's ssl::stream,
// OpenSSL would read and write memory, and Asio would copy each record of 16 KB to or from the
// socket. That copying cost as much as the encryption.
//
// One thread at a time may run its coroutines and calls, on the socket's executor. SIGPIPE must be
// ignored (proto/program/signals.h): OpenSSL writes without MSG_NOSIGNAL.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <openssl/ssl.h>

#include <memory>
#include <optional>

#include "proto/link/socket_transport.h"

namespace walstow {

class TlsSession final : public SocketSession {
 public:
  // Throws only std::bad_alloc. The session may outlive the context.
  TlsSession(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context);
  // Sends no close_notify: HTTP's framing shows whether everything has arrived. The TLS session can
  // still be resumed.
  ~TlsSession() override;

  SSL* native_handle() { return ssl_.get(); }
  boost::asio::ip::tcp::socket& socket() override { return socket_; }

  enum class Side { kClient, kServer };
  // Returns no error if the connection is established. The handshake has no deadline of its own: to
  // end it, cancel the socket (StreamTimeout). Errors are OpenSSL's (tls_errors.h) or the system's,
  // or asio::ssl::error::stream_truncated if the peer closed the connection.
  boost::asio::awaitable<boost::system::error_code> handshake(Side side);

  // Reads all available records, up to out.size(). A peer that closes without close_notify counts
  // as closed.
  Attempt read(MutableByteView out) override;
  // Writes all of `bytes`.
  Attempt write(ByteView bytes) override;

 private:
  template <class Call>
  Attempt attempt(Call call);
  void gather_records();

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<SSL, Free> ssl_;
  std::optional<std::size_t> gathered_;  // encrypted bytes that are not completely sent yet
  // The result to return after the bytes that the last read() returned.
  std::optional<Attempt> next_;
};

}  // namespace walstow
