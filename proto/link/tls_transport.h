// A transport over one TLS connection that stands already (tls_client.h and tls_server.h make
// them).
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>

#include "proto/link/byte_stream.h"

namespace walstow {

using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

// A peer that closes without TLS's farewell has closed: HTTP's framing proves what came whole.
std::unique_ptr<Transport> make_tls_transport(TlsStream stream);

}  // namespace walstow
