// The answer to a peer that is not served: a client that the registry does not have, or one with
// too many connections. Nothing that it sends is parsed, or waited for.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "proto/link/byte_stream.h"
#include "proto/wire/refusal.h"

namespace walstow {

// Sends `refusal` without a request, then lingers. Returns when the peer has closed, or soon.
boost::asio::awaitable<void> turn_away(ByteStream stream, Refusal refusal);

// Drops what the peer still sends, for a moment: closing a connection that holds unread data resets
// it, and the answer would be lost with what the peer has sent meanwhile.
boost::asio::awaitable<void> linger(ByteStream& stream);

}  // namespace walstow
