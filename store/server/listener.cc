#include "store/server/listener.h"

#include <boost/asio/ip/v6_only.hpp>

#include <fmt/format.h>

#include "proto/base/error.h"

namespace walstow {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

tcp::acceptor listen_at(const asio::any_io_executor& executor, const tcp::endpoint& endpoint,
                        bool both_families) {
  tcp::acceptor acceptor(executor);
  acceptor.open(endpoint.protocol());
  // A restart must not wait until the kernel forgets the connections of the previous process.
  acceptor.set_option(asio::socket_base::reuse_address(true));
  if (endpoint.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(!both_families));
  acceptor.bind(endpoint);
  acceptor.listen();
  return acceptor;
}

tcp::acceptor listen_everywhere(const asio::any_io_executor& executor, std::uint16_t port) {
  try {
    return listen_at(executor, tcp::endpoint(tcp::v6(), port), true);
  } catch (const boost::system::system_error& error) {
    // The kernel has no IPv6.
    if (error.code() != asio::error::address_family_not_supported) throw;
    return listen_at(executor, tcp::endpoint(tcp::v4(), port), false);
  }
}

}  // namespace

std::vector<tcp::acceptor> listen_on(asio::any_io_executor executor, const HostPort& address) {
  try {
    std::vector<tcp::acceptor> acceptors;
    if (address.host.empty()) {
      acceptors.push_back(listen_everywhere(executor, address.port));
      return acceptors;
    }
    tcp::resolver resolver(executor);
    for (const auto& entry :
         resolver.resolve(address.host, std::to_string(address.port), tcp::resolver::passive)) {
      acceptors.push_back(listen_at(executor, entry.endpoint(), false));
    }
    return acceptors;
  } catch (const boost::system::system_error& error) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("could not listen on \"{}\": {}", to_string(address), error.code().message()),
        "Is another walstowd running? Is the setting \"listen\" an address of this machine?");
  }
}

std::string local_text(const tcp::acceptor& acceptor) {
  const auto endpoint = acceptor.local_endpoint();
  return to_string(HostPort{.host = endpoint.address().to_string(), .port = endpoint.port()});
}

}  // namespace walstow
