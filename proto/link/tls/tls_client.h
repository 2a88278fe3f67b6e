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

// Connects to one store, any number of times. The second connection resumes the TLS session of the
// first one, so neither end sends its certificates again. One thread at a time may use it; it
// cannot be moved.
class TlsClient {
 public:
  // Reads the files of certificates and keys. Throws like make_tls_context().
  explicit TlsClient(TlsStore store);
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // On return, the store has proved that it is the requested host. With TLS 1.3, only the store's
  // first answer shows whether it accepts the client's certificate. Tries each of the host's
  // addresses in turn, with an equal share of the remaining time. Throws Error{kUnavailable} and
  // Error{kTimeout}.
  boost::asio::awaitable<std::unique_ptr<Transport>> connect(boost::asio::any_io_executor executor,
                                                             Deadline deadline);

  // The time at which this client's own certificate expires.
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
  std::unique_ptr<SSL_SESSION, FreeSession> session_;  // from the last connection; may be empty
};

}  // namespace walstow
