// Listening TCP sockets of a daemon.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

#include "proto/link/store_address.h"

namespace walstow {

// Returns one acceptor for each address of the host. Without a host, it returns acceptors for all
// addresses of this machine, IPv6 and IPv4. Throws Error{kUsage} if the host does not resolve, or
// if the program cannot listen on an address. Blocks while the resolver works.
std::vector<boost::asio::ip::tcp::acceptor> listen_on(boost::asio::any_io_executor executor,
                                                      const HostPort& address);

// Returns the local address as "host:port".
std::string local_text(const boost::asio::ip::tcp::acceptor& acceptor);

}  // namespace walstow
