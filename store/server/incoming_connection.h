// A connection of the daemon for as long as it can be cut from outside: in its handshake, and while
// its peer is being turned away. Once a session serves it, that is asked to end instead.
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

// Whom an address is counted as: itself, or its /64 of IPv6, of which one host has all.
std::string network_of(const boost::asio::ip::address& address);

class IncomingConnection {
 public:
  // Takes a place in `handshakes`. A `group` that is asked to end cuts it.
  IncomingConnection(boost::asio::ip::tcp::socket& socket, SessionGroup& group,
                     ConnectionBudget& handshakes);

  const std::string& peer() const { return peer_; }        // "address:port", for the log
  const std::string& network() const { return network_; }  // network_of() the peer

  // The peer has shown who it is.
  void handshake_is_over() { place_.reset(); }
  // It is `client`, and is turned away.
  void turned_away(ConnectionBudget& budget, const std::string& client);
  // It is served; nothing here cuts it any more.
  void is_served() { cut_->release(); }

 private:
  // By a duplicate of its descriptor: the socket may be closed when somebody wants it cut.
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
