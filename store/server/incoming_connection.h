// A connection that has just arrived at the daemon, before it is known whose it is.
//
// Threads: any.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "proto/base/descriptor.h"
#include "store/server/connection_counter.h"
#include "store/server/session_group.h"

namespace walstow {

// A connection from its first moment on, as the group of sessions sees it: one that is still in its
// handshake is cut when the daemon stops; later its session is asked. The daemon waits for either.
class HandshakeGuard {
 public:
  HandshakeGuard(boost::asio::ip::tcp::socket& socket, SessionGroup& group);

  void handshake_is_over() { handshake_->over = true; }

 private:
  // The descriptor is a duplicate: the socket may be closed when the wish to cut it arrives.
  struct Handshake {
    explicit Handshake(boost::asio::ip::tcp::socket& socket);
    const Descriptor descriptor;
    std::atomic<bool> over{false};
  };

  static SessionGroup::AskToEnd cut(std::shared_ptr<Handshake> handshake);

  std::shared_ptr<Handshake> handshake_;
  SessionGroup::Membership membership_;
};

struct IncomingConnection {
  // `handshakes` are counted by address.
  IncomingConnection(boost::asio::ip::tcp::socket& socket, SessionGroup& group,
                     ConnectionCounter& handshakes);

  std::string peer;                                  // "address:port", for the log
  std::optional<ConnectionCounter::Slot> handshake;  // until it is over
  HandshakeGuard connection;
};

}  // namespace walstow
