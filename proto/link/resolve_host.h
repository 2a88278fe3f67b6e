// Host names to addresses, by the system's own resolver (getaddrinfo: hosts file, DNS, whatever
// nsswitch.conf names), which blocks and knows no deadline.
//
// Asio's resolver runs the same call on a thread that its io_context waits for at its end, so that
// a DNS server that is silent would hold a command for as long as the resolver likes. Here the
// thread is left behind when the time is up; it touches nothing but what it owns itself.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <vector>

#include "proto/base/deadline.h"
#include "proto/link/store_address.h"

namespace walstow {

// In the resolver's order, never empty. Throws Error{kUnavailable} for a name that does not resolve
// and Error{kTimeout} at the deadline.
boost::asio::awaitable<std::vector<boost::asio::ip::tcp::endpoint>> resolve(HostPort address,
                                                                            Deadline deadline);

}  // namespace walstow
