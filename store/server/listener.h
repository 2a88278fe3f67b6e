// Listening TCP sockets of a daemon.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

#include "proto/link/store_address.h"

namespace walstow {

// One acceptor for each address of the host. Without a host, one for all addresses of this machine,
// IPv6 and IPv4. Throws Error{kUsage} for a host that does not resolve, and for an address on which
// it cannot listen. Blocks on the resolver.
std::vector<boost::asio::ip::tcp::acceptor> listen_on(boost::asio::any_io_executor executor,
                                                      const HostPort& address);

// The local address, as "host:port".
std::string local_text(const boost::asio::ip::tcp::acceptor& acceptor);

}  // namespace walstow
