#include "store/server/incoming_connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include "proto/link/store_address.h"

namespace walstow {

using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

std::string address_text(const tcp::socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? "" : endpoint.address().to_string();
}

std::string peer_text(const tcp::socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return "a peer that is gone";
  return to_string(HostPort{endpoint.address().to_string(), endpoint.port()});
}

}  // namespace

HandshakeGuard::Handshake::Handshake(tcp::socket& socket)
    : descriptor(dup(socket.native_handle())) {}

HandshakeGuard::Connection(tcp::socket& socket, SessionGroup& group)
    : handshake_(std::make_shared<Handshake>(socket)), membership_(group, cut(handshake_)) {}

SessionGroup::AskToEnd HandshakeGuard::cut(std::shared_ptr<Handshake> handshake) {
  return [handshake = std::move(handshake)](SessionGroup::Haste) {
    if (!handshake->over) ::shutdown(handshake->descriptor.get(), SHUT_RDWR);
  };
}

IncomingConnection::IncomingConnection(tcp::socket& socket, SessionGroup& group,
                                       ConnectionCounter& handshakes)
    : peer(peer_text(socket)),
      handshake(std::in_place, handshakes, address_text(socket)),
      connection(socket, group) {}

}  // namespace walstow
