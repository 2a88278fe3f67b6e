#include "proto/link/tls/tls_client.h"

#include <openssl/x509v3.h>

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/link/connect_tcp.h"
#include "proto/link/tls/certificate.h"
#include "proto/link/tls/tls_errors.h"
#include "proto/link/tls/tls_session.h"

namespace walstow {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// The index at which a context stores its TlsClient. (Asio uses the slot that OpenSSL gives to
// applications.)
int client_index() {
  static const int kIndex = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return kIndex;
}

}  // namespace

TlsClient::TlsClient(TlsStore store)
    : store_(std::move(store)),
      name_(to_string(store_.at)),
      context_(make_tls_context(asio::ssl::context::tls_client, store_.files)) {
  SSL_CTX* native = context_.native_handle();
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_ex_data(native, client_index(), this);
  SSL_CTX_sess_set_new_cb(native, &TlsClient::keep_session);
}

// Returns 1: this client owns the session reference now.
int TlsClient::keep_session(SSL* connection, SSL_SESSION* session) {
  auto* client =
      static_cast<TlsClient*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), client_index()));
  client->session_.reset(session);
  return 1;
}

Time TlsClient::certificate_until() const {
  // OpenSSL has no such call for a const SSL_CTX; this one changes nothing.
  auto* native = const_cast<boost::asio::ssl::context&>(context_).native_handle();
  return facts_of(*SSL_CTX_get0_certificate(native)).not_after;
}

void TlsClient::check_host(SSL* connection) const {
  const std::string& host = store_.at.host;
  X509_VERIFY_PARAM* parameters = SSL_get0_param(connection);
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1) return;
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_WILDCARDS);
  if (X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size()) != 1 ||
      SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               std::string(host).data()) != 1) {  // SSL_set_tlsext_host_name, without its C cast
    throw Error(ErrorKind::kUsage,
                fmt::format("\"{}\" is not a host name that TLS can check", host));
  }
}

asio::awaitable<std::unique_ptr<Transport>> TlsClient::connect(asio::any_io_executor executor,
                                                               Deadline deadline) {
  TcpTarget target{.store = name_,
                   .at = store_.at,
                   .hint = "Check that walstowd is running there, and listens on that port."};
  tcp::socket socket = co_await connect_tcp(executor, std::move(target), deadline);
  auto session = std::make_shared<TlsSession>(std::move(socket), context_);
  SSL* connection = session->native_handle();
  check_host(connection);
  if (session_) SSL_set_session(connection, session_.get());

  error_code error;
  {
    const StreamTimeout timeout(session->socket(), deadline);
    error = co_await session->handshake(TlsSession::Side::kClient);
    if (timeout.expired()) {
      throw Error(ErrorKind::kTimeout,
                  fmt::format("timed out during the TLS handshake with the store \"{}\"", name_),
                  "Check that a walstowd listens at that address, and that it is not overloaded.");
    }
  }
  if (error) {
    session_.reset();
    throw Error(
        explain_handshake(name_, error, static_cast<int>(SSL_get_verify_result(connection))));
  }
  co_return std::make_unique<SocketTransport>(std::move(session));
}

}  // namespace walstow
