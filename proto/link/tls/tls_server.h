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
    // The authority signed it. Its validity was checked when its session began: a session that is
    // resumed, or lasts long, may outlive it.
    CertificateFacts client;
    bool resumed = false;  // it was not presented again: the client resumed an earlier session
  };
  // Performs the handshake. Rejects a client without a certificate signed by the authority: throws
  // Error{kUnavailable} with the reason for the log, and Error{kTimeout} at the deadline. Threads:
  // any, on the socket's executor.
  boost::asio::awaitable<Accepted> accept(boost::asio::ip::tcp::socket socket,
                                          Deadline deadline) const;

 private:
  // Mutable in name only: OpenSSL counts references to it.
  mutable boost::asio::ssl::context context_;
};

}  // namespace walstow
