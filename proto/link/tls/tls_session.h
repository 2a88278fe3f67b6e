// One TLS connection: OpenSSL on a socket, without blocking.
//
// OpenSSL reads and writes the socket by itself, several records at a time. Asio's ssl::stream
// gives it memory instead and carries each record of 16 KB to the socket and back, which cost as
// much again as the encryption.
//
// Coroutines and calls from one thread at a time, on the socket's executor. SIGPIPE must be ignored
// (proto/program/signals.h): OpenSSL writes without MSG_NOSIGNAL.
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
  // Throws std::bad_alloc. The context may go before the session does.
  TlsSession(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context);
  // Says no farewell: HTTP's framing proves what came whole. The TLS session may be resumed.
  ~TlsSession() override;

  SSL* native_handle() { return ssl_.get(); }
  boost::asio::ip::tcp::socket& socket() override { return socket_; }

  enum class Side { kClient, kServer };
  // Without an error: it stands. It has no deadline: cancel the socket (StreamTimeout). Errors are
  // OpenSSL's (tls_errors.h), the system's, and asio::ssl::error::stream_truncated where the peer
  // hung up.
  boost::asio::awaitable<boost::system::error_code> handshake(Side side);

  // As many records as there are, up to out.size(). A peer that closes without TLS's farewell has
  // closed.
  Attempt read(MutableByteView out) override;
  // All of it.
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
  std::optional<std::size_t> gathered_;  // bytes that are encrypted and not sent whole yet
  std::optional<Attempt> next_;          // what came after the bytes that the last read() returned
};

}  // namespace walstow
