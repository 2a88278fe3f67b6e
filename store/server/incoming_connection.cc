#include "store/server/incoming_connection.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/link/store_address.h"

namespace walstow {

using boost::asio::ip::address;
using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

std::optional<tcp::endpoint> peer_of(const tcp::socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return std::nullopt;
  return endpoint;
}

std::string peer_text(const tcp::socket& socket) {
  const auto endpoint = peer_of(socket);
  if (!endpoint) return "a peer that has disconnected";
  return to_string(HostPort{endpoint->address().to_string(), endpoint->port()});
}

std::string network_text(const tcp::socket& socket) {
  const auto endpoint = peer_of(socket);
  return endpoint ? network_of(endpoint->address()) : "";
}

}  // namespace

std::string network_of(const address& address) {
  if (address.is_v4()) return address.to_string();
  const auto& whole = address.to_v6();
  if (whole.is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, whole).to_string();
  }
  auto bytes = whole.to_bytes();
  std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), 0);
  return boost::asio::ip::address_v6(bytes).to_string().append("/64");
}

IncomingConnection::Cut::Cut(tcp::socket& socket)
    : descriptor_(fcntl(socket.native_handle(), F_DUPFD_CLOEXEC, 0)) {}

void IncomingConnection::Cut::now() {
  const std::lock_guard lock(mutex_);
  if (descriptor_) ::shutdown(descriptor_->get(), SHUT_RDWR);
}

void IncomingConnection::Cut::release() {
  const std::lock_guard lock(mutex_);
  descriptor_.reset();
}

IncomingConnection::IncomingConnection(tcp::socket& socket, SessionGroup& group,
                                       ConnectionBudget& handshakes)
    : peer_(peer_text(socket)),
      network_(network_text(socket)),
      cut_(std::make_shared<Cut>(socket)),
      place_(std::in_place, handshakes, network_, [cut = cut_] { cut->now(); }),
      membership_(group, [cut = cut_](SessionGroup::Haste) { cut->now(); }) {}

void IncomingConnection::turned_away(ConnectionBudget& budget, const std::string& client) {
  place_.emplace(budget, client, [cut = cut_] { cut->now(); });
}

}  // namespace walstow
