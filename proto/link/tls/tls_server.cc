#include "proto/link/tls/tls_server.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/ssl.h>

#include "proto/base/error.h"
#include "proto/link/connect_tcp.h"
#include "proto/link/tls/tls_errors.h"
#include "proto/link/tls/tls_session.h"

namespace walstow {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr Duration kFarewell{1000};

// The alert that tells a refused client the reason would be lost together with unread data that the
// client has sent: closing a socket that holds unread data resets the connection.
asio::awaitable<void> drain(tcp::socket& socket) {
  error_code error;
  socket.shutdown(tcp::socket::shutdown_send, error);
  std::array<std::byte, 4096> unread{};
  const StreamTimeout timeout(socket, Deadline::after(kFarewell));
  while (!error && !timeout.expired()) {
    co_await socket.async_read_some(asio::buffer(unread),
                                    asio::redirect_error(asio::use_awaitable, error));
  }
}

}  // namespace

TlsServer::TlsServer(const TlsFiles& files)
    : context_(make_tls_context(asio::ssl::context::tls_server, files)) {
  SSL_CTX* native = context_.native_handle();
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // Sessions use tickets only, no memory of the store's. Without a context id, OpenSSL refuses to
  // resume a session with a client certificate.
  static constexpr std::string_view kSessions = "walstow";
  SSL_CTX_set_session_id_context(native, reinterpret_cast<const unsigned char*>(kSessions.data()),
                                 static_cast<unsigned>(kSessions.size()));
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native, 1);
}

asio::awaitable<TlsServer::Accepted> TlsServer::accept(tcp::socket socket,
                                                       Deadline deadline) const {
  auto session = std::make_shared<TlsSession>(std::move(socket), context_);
  SSL* connection = session->native_handle();
  error_code error;
  bool expired = false;
  {
    const StreamTimeout timeout(session->socket(), deadline);
    error = co_await session->handshake(TlsSession::Side::kServer);
    expired = timeout.expired();
  }
  if (expired) throw Error(ErrorKind::kTimeout, "it did not finish its TLS handshake in time");
  if (error) {
    const auto why =
        handshake_failure_text(error, static_cast<int>(SSL_get_verify_result(connection)));
    co_await drain(session->socket());
    throw Error(ErrorKind::kUnavailable, why);
  }
  const X509* certificate = SSL_get0_peer_certificate(connection);
  if (certificate == nullptr) {
    throw Error(ErrorKind::kUnavailable, "it presented no client certificate");
  }
  CertificateFacts client = facts_of(*certificate);
  const bool resumed = SSL_session_reused(connection) == 1;
  co_return Accepted{.transport = std::make_unique<SocketTransport>(std::move(session)),
                     .client = std::move(client),
                     .resumed = resumed};
}

}  // namespace walstow
