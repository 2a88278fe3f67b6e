// One TLS connection: OpenSSL on a socket, without blocking.
//
// OpenSSL reads and writes the socket itself, several records at a time. Asio's ssl::stream gives
// it memory instead and copies each record of 16 KB to and from the socket. That cost as much as
// the encryption.
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
  // Throws std::bad_alloc. The session may outlive the context.
  TlsSession(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context);
  // Sends no close_notify: HTTP's framing shows what arrived completely. The TLS session can be
  // resumed.
  ~TlsSession() override;

  SSL* native_handle() { return ssl_.get(); }
  boost::asio::ip::tcp::socket& socket() override { return socket_; }

  enum class Side { kClient, kServer };
  // No error: the connection is established. The handshake has no deadline: cancel the socket
  // (StreamTimeout). Errors are OpenSSL's (tls_errors.h), the system's, and
  // asio::ssl::error::stream_truncated where the peer closed the connection.
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
  std::optional<Attempt> next_;          // what followed the bytes that the last read() returned
};

}  // namespace walstow
