// The address of a store, in one of the forms that the setting "store" accepts:
// "https://HOST[:PORT]", "ssh://[USER@]HOST[:PORT][/ARCHIVE]", the absolute path of an archive's
// folder, or "s3://BUCKET[/PREFIX]". Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace walstow {

inline constexpr std::uint16_t kDefaultPort = 7432;
inline constexpr std::uint16_t kSshPort = 22;

struct HostPort {
  std::string host;  // a name, or an IPv4 or IPv6 address without brackets; "" in a listen address
                     // with host "", this port on every address of this machine
  std::uint16_t port = kDefaultPort;
  bool operator==(const HostPort&) const = default;
};

struct TlsAddress {
  HostPort at;
  bool operator==(const TlsAddress&) const = default;
};
struct SshAddress {
  HostPort at;
  std::string user;     // "" if the URL contains none
  std::string archive;  // the archive's absolute path on the remote host, or ""
  bool operator==(const SshAddress&) const = default;
};
struct LocalAddress {
  std::string archive;  // absolute path, or "s3://..."; either way walstowd runs on this host
  bool operator==(const LocalAddress&) const = default;
};
using StoreAddress = std::variant<TlsAddress, SshAddress, LocalAddress>;

// Throws Error{kInvalid}, which explains what is wrong with `text`. The message does not name the
// setting: the caller knows where `text` comes from.
StoreAddress parse_store_address(std::string_view text);

// Accepts "HOST:PORT", ":PORT", "HOST", "[IPV6]:PORT". Throws like parse_store_address().
HostPort parse_host_port(std::string_view text, std::uint16_t default_port = kDefaultPort);

// Returns "host:port", with brackets around an IPv6 address.
std::string to_string(const HostPort& address);

}  // namespace walstow
