// The answer to a peer that is not served: a client that is not in the registry, or has too many
// connections. The store does not parse its data or wait for it.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "proto/link/byte_stream.h"
#include "proto/wire/refusal.h"

namespace walstow {

// Sends `refusal` without a request, then lingers. Returns when the peer has closed, or soon.
boost::asio::awaitable<void> turn_away(ByteStream stream, Refusal refusal);

// Discards what the peer still sends, for a moment: closing a connection that holds unread data
// resets it, and the peer would lose the answer.
boost::asio::awaitable<void> linger(ByteStream& stream);

}  // namespace walstow
