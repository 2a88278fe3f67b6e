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
  // Reads the files; throws as make_tls_context().
  explicit TlsServer(const TlsFiles& files);

  struct Accepted {
    std::unique_ptr<Transport> transport;
    // Signed by the authority. Its time was checked when its session began: one that is resumed, or
    // goes on for long, may outlive it.
    CertificateFacts client;
    bool resumed = false;  // it did not show it again: it resumed an earlier session
  };
  // The handshake. A client without a certificate that the authority signed gets no further:
  // Error{kUnavailable} with the reason for the log, Error{kTimeout} at the deadline. Threads: any,
  // on the socket's executor.
  boost::asio::awaitable<Accepted> accept(boost::asio::ip::tcp::socket socket,
                                          Deadline deadline) const;

 private:
  // Mutable in name only: OpenSSL counts references to it.
  mutable boost::asio::ssl::context context_;
};

}  // namespace walstow
