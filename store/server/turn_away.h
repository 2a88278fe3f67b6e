// The answer to a peer that is not served: a client that is not in the registry, or has too many
// connections. The store does not parse the peer's data, and does not wait for it.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "proto/link/byte_stream.h"
#include "proto/wire/refusal.h"

namespace walstow {

// Sends `refusal` without reading a request, and then lingers. It returns soon, and even earlier if
// the peer closes the connection.
boost::asio::awaitable<void> turn_away(ByteStream stream, Refusal refusal);

// For a moment, discards what the peer still sends. If a connection is closed with unread data, it
// is reset, and the peer loses the answer.
boost::asio::awaitable<void> linger(ByteStream& stream);

}  // namespace walstow
