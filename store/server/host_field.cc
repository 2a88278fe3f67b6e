#include "store/server/host_field.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

#include "proto/http/http.h"

namespace walstow {
namespace {

bool is_port_or_nothing(std::string_view text) {
  if (text.empty()) return true;
  return text.front() == ':' && text.find_first_not_of("0123456789", 1) == text.npos;
}

// "localhost:9433" and "[::1]:9433" without their ports and brackets. Other text stays whole, and
// is not a host's name.
std::string_view without_port(std::string_view host) {
  const bool has_bracket = host.starts_with('[');
  const std::size_t end = std::min(host.find(has_bracket ? ']' : ':'), host.size());
  if (!has_bracket) return is_port_or_nothing(host.substr(end)) ? host.substr(0, end) : host;
  if (end == host.size() || !is_port_or_nothing(host.substr(end + 1))) return host;
  return host.substr(1, end - 1);
}

}  // namespace

bool names_this_host(std::string_view host, const std::vector<HostPort>& own) {
  const std::string_view name = without_port(host);
  boost::system::error_code error;
  boost::asio::ip::make_address(name, error);
  if (!error || equal_ignoring_case(name, "localhost")) return true;
  return std::ranges::any_of(
      own, [name](const HostPort& one) { return equal_ignoring_case(name, one.host); });
}

}  // namespace walstow
