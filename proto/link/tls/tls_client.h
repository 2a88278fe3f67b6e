// The client's end of the tls link.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <memory>

#include "proto/base/deadline.h"
#include "proto/base/utc_time.h"
#include "proto/link/byte_stream.h"
#include "proto/link/store_address.h"
#include "proto/link/tls/tls_context.h"

namespace walstow {

struct TlsStore {
  HostPort at;
  TlsFiles files;
};

// Connects to one store, as often as need be. The second connection resumes the first one's
// session, which saves both ends the certificates. From one thread at a time; stays in its place.
class TlsClient {
 public:
  // Reads the files; throws as make_tls_context().
  explicit TlsClient(TlsStore store);
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // The connection stands, and the store has proved to be the host that was asked for; whether it
  // takes the client's own certificate shows in its first answer (TLS 1.3). Each of the host's
  // addresses is tried in turn, with an equal share of the time that is left.
  // Throws Error{kUnavailable} and Error{kTimeout}.
  boost::asio::awaitable<std::unique_ptr<Transport>> connect(boost::asio::any_io_executor executor,
                                                             Deadline deadline);

  // When this client's own certificate ends.
  Time certificate_until() const;

 private:
  struct FreeSession {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  };

  static int keep_session(SSL* connection, SSL_SESSION* session);
  void check_host(SSL* connection) const;

  TlsStore store_;
  std::string name_;  // "host:port"
  boost::asio::ssl::context context_;
  std::unique_ptr<SSL_SESSION, FreeSession> session_;  // of the last connection, may be empty
};

}  // namespace walstow
