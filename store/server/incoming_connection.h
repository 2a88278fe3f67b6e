// A connection of the daemon that can be cut from outside: during its handshake, and while its peer
// is being turned away. A connection that a session serves ends when its session is asked to end.
//
// Threads: any.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "proto/base/descriptor.h"
#include "store/server/connection_budget.h"
#include "store/server/session_group.h"

namespace walstow {

// Returns the network that counts as one peer: an IPv4 address, or the /64 of an IPv6 address,
// because one host usually owns that whole network.
std::string network_of(const boost::asio::ip::address& address);

class IncomingConnection {
 public:
  // Counts the connection in `handshakes`. If `group` is asked to end, it cuts the connection.
  IncomingConnection(boost::asio::ip::tcp::socket& socket, SessionGroup& group,
                     ConnectionBudget& handshakes);

  const std::string& peer() const { return peer_; }        // "address:port", for the log
  const std::string& network() const { return network_; }  // network_of() of the peer

  // Call it when the peer has authenticated.
  void handshake_is_over() { place_.reset(); }
  // Call it when the peer is known to be `client`, and is turned away.
  void turned_away(ConnectionBudget& budget, const std::string& client);
  // Call it when a session serves the connection; this object then no longer cuts it.
  void is_served() { cut_->release(); }

 private:
  // Cuts the connection through a duplicate of the socket's descriptor, because the socket itself
  // may be closed at that moment.
  class Cut {
   public:
    explicit Cut(boost::asio::ip::tcp::socket& socket);
    void now();
    void release();

   private:
    std::mutex mutex_;
    std::optional<Descriptor> descriptor_;  // guarded by mutex_; empty once released
  };

  std::string peer_;
  std::string network_;
  std::shared_ptr<Cut> cut_;
  std::optional<ConnectionBudget::Place> place_;
  SessionGroup::Membership membership_;
};

}  // namespace walstow
