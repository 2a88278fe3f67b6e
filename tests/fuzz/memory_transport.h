// A connection to a peer that has already sent all its bytes, in pieces, and reads everything that
// it is sent.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <string>

#include "proto/link/byte_stream.h"

namespace walstow {

struct SilentPeer {
  std::string sends;
  std::uint8_t longest_piece = 255;  // as in feed_in_pieces()
  std::string received;
};

// `peer` must outlive the transport.
std::unique_ptr<Transport> make_memory_transport(boost::asio::any_io_executor executor,
                                                 SilentPeer& peer);

}  // namespace walstow
