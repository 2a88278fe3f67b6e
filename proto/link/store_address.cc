#include "proto/link/store_address.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kSsh = "ssh://";
constexpr std::string_view kS3 = "s3://";
constexpr std::size_t kLongestHost = 253;  // RFC 1035, 2.3.4, as text without the final dot

[[noreturn]] void fail(std::string_view text, const std::string& why, std::string hint) {
  throw Error(ErrorKind::kInvalid, fmt::format("\"{}\" {}", escaped(text), why), std::move(hint));
}

bool is_host(std::string_view host, bool in_brackets) {
  return host.size() <= kLongestHost && std::all_of(host.begin(), host.end(), [&](char c) {
           const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
           const bool digit = c >= '0' && c <= '9';
           return letter || digit || c == '.' || c == '-' || c == '_' ||
                  (in_brackets && (c == ':' || c == '%'));
         });
}

std::uint16_t parse_port(std::string_view text, std::string_view port) {
  const auto number = parse_decimal(port);
  if (!number || *number == 0 || *number > UINT16_MAX) {
    fail(text, "has no valid port", "A port is a number from 1 to 65535.");
  }
  return static_cast<std::uint16_t>(*number);
}

constexpr const char* kForms =
    "Give \"https://HOST:PORT\" of a walstowd, \"ssh://USER@HOST\", or the absolute path or "
    "\"s3://BUCKET/PREFIX\" of an archive created by \"walstow init\".";

// A user name of the remote system that cannot hide a message or a password.
bool is_user(std::string_view user) {
  return !user.empty() && !user.starts_with('-') &&
         std::all_of(user.begin(), user.end(), [](char c) {
           const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
           const bool digit = c >= '0' && c <= '9';
           return letter || digit || c == '.' || c == '-' || c == '_' || c == '+' || c == '\\';
         });
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return (c >= 0 && c < ' ') || c == 127; });
}

SshAddress parse_ssh_address(std::string_view text) {
  std::string_view rest = text.substr(kSsh.size());
  SshAddress address;
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos && slash + 1 < rest.size()) {
    address.archive = rest.substr(slash);
    if (has_control_characters(address.archive)) fail(text, "has a path with line breaks", kForms);
  }
  rest = rest.substr(0, slash);
  const std::size_t at = rest.rfind('@');
  if (at != std::string_view::npos) {
    address.user = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    if (address.user.find(':') != std::string::npos) {
      // Not shown: the text after the colon is a secret.
      throw Error(ErrorKind::kInvalid, "the address of a store cannot contain a password",
                  "Use a key instead: the setting \"ssh.identity\" names it.");
    }
    if (!is_user(address.user)) fail(text, "has no valid account name", kForms);
  }
  address.at = parse_host_port(rest, kSshPort);
  if (address.at.host.empty()) fail(text, "names no host", kForms);
  return address;
}

}  // namespace

HostPort parse_host_port(std::string_view text, std::uint16_t default_port) {
  HostPort address{.host = {}, .port = default_port};
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) {
      fail(text, "lacks the \"]\" of its address", "An IPv6 address is written [2001:db8::1].");
    }
    address.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
    // Without a colon it would be written without brackets, and read as another kind of host.
    if (address.host.find(':') == std::string::npos || !is_host(address.host, true)) {
      fail(text, "is not an address", "An IPv6 address is written [2001:db8::1].");
    }
  } else {
    const std::size_t colon = text.find(':');
    address.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    if (rest.find(':', 1) != std::string_view::npos) {
      fail(text, "has more than one \":\"", "An IPv6 address is written [2001:db8::1].");
    }
    if (!is_host(address.host, false)) {
      fail(text, "has no valid host name",
           "It consists of letters, digits, \".\", \"-\" and \"_\".");
    }
  }
  if (rest.empty()) return address;
  if (!rest.starts_with(':'))
    fail(text, "is not HOST:PORT", "Only \":PORT\" may follow the \"]\".");
  address.port = parse_port(text, rest.substr(1));
  return address;
}

StoreAddress parse_store_address(std::string_view text) {
  if (text.starts_with('/') || text.starts_with(kS3)) return LocalAddress{std::string(text)};
  if (text.starts_with(kSsh)) return parse_ssh_address(text);
  if (!text.starts_with(kHttps)) fail(text, "is not the address of a store", kForms);
  std::string_view address = text.substr(kHttps.size());
  if (address.ends_with('/')) address.remove_suffix(1);
  if (address.empty() || address.find_first_of("/?#@") != std::string_view::npos) {
    fail(text, "does not consist of a host and a port", kForms);
  }
  HostPort at = parse_host_port(address);
  if (at.host.empty()) fail(text, "names no host", kForms);
  return TlsAddress{std::move(at)};
}

std::string to_string(const HostPort& address) {
  const bool bracketed = address.host.find(':') != std::string::npos;
  return fmt::format("{}:{}", bracketed ? fmt::format("[{}]", address.host) : address.host,
                     address.port);
}

}  // namespace walstow
