// Listening TCP sockets of a daemon.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

#include "proto/link/store_address.h"

namespace walstow {

// One for each address of the host; of none, one for all of this machine, IPv6 and IPv4. Throws
// Error{kUsage} for a host that does not resolve and an address that cannot be listened on. Blocks
// on the resolver.
std::vector<boost::asio::ip::tcp::acceptor> listen_on(boost::asio::any_io_executor executor,
                                                      const HostPort& address);

// Where it listens, as "host:port".
std::string local_text(const boost::asio::ip::tcp::acceptor& acceptor);

}  // namespace walstow
