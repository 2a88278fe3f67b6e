// Resolves host names to addresses, by the system's own resolver (getaddrinfo: hosts file, DNS,
// whatever nsswitch.conf names). That resolver blocks and has no deadline.
//
// Asio's resolver makes the same call on a thread, and the destructor of the io_context waits for
// that thread. So a DNS server that does not answer could delay a command without limit. Here, the
// thread is abandoned at the deadline; it uses only data that it owns.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <vector>

#include "proto/base/deadline.h"
#include "proto/link/store_address.h"

namespace walstow {

// Returns the addresses in the resolver's order, at least one. Throws Error{kUnavailable} for a
// name that does not resolve, and Error{kTimeout} at the deadline.
boost::asio::awaitable<std::vector<boost::asio::ip::tcp::endpoint>> resolve(HostPort address,
                                                                            Deadline deadline);

}  // namespace walstow
