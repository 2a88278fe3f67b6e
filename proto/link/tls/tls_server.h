// The store's end of the tls link.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>

#include "proto/base/deadline.h"
#include "proto/link/byte_stream.h"
#include "proto/link/tls/certificate.h"
#include "proto/link/tls/tls_context.h"

namespace walstow {

class TlsServer {
 public:
  // Reads the files of certificates and keys. Throws like make_tls_context().
  explicit TlsServer(const TlsFiles& files);

  struct Accepted {
    std::unique_ptr<Transport> transport;
    // The client's certificate, signed by the authority. Its validity was checked when its session
    // began: a session that is resumed, or lasts long, may outlive the certificate.
    CertificateFacts client;
    // Whether the client resumed an earlier session. If so, it did not present the certificate
    // again.
    bool resumed = false;
  };
  // Performs the handshake. Rejects a client without a certificate that the authority has signed:
  // throws Error{kUnavailable} with the reason for the log. Throws Error{kTimeout} at the deadline.
  // Threads: any thread of the socket's executor.
  boost::asio::awaitable<Accepted> accept(boost::asio::ip::tcp::socket socket,
                                          Deadline deadline) const;

 private:
  // Mutable only because OpenSSL counts references to it.
  mutable boost::asio::ssl::context context_;
};

}  // namespace walstow
