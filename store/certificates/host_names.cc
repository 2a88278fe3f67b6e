#include "store/certificates/host_names.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/link/pem_file.h"

namespace walstow {
namespace {

constexpr std::size_t kLongestName = 253;  // RFC 1035, as text without the last dot
constexpr std::size_t kLongestLabel = 63;  // between two dots

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
};

bool is_address(const std::string& text) {
  if (text.find('\0') != std::string::npos) return false;  // inet_pton() would stop there
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

bool is_label(std::string_view label) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), is_letter);
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kLongestName) return false;
  std::string_view label;
  for (std::string_view rest = text;;) {
    const std::size_t dot = rest.find('.');
    label = rest.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  // No such domain will ever exist: it is a mistyped address.
  return !std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_host(std::string_view text) {
  return is_address(std::string(text)) || is_name(text);
}

std::string address_text(const ASN1_OCTET_STRING& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int size = ASN1_STRING_length(&address);
  const int family = size == sizeof(in_addr) ? AF_INET : AF_INET6;
  if (size != sizeof(in_addr) && size != sizeof(in6_addr)) return "";
  inet_ntop(family, ASN1_STRING_get0_data(&address), text.data(), text.size());
  return text.data();
}

// "": a kind of name that is not a host's.
std::string host_of(const GENERAL_NAME& name) {
  int type = 0;
  const auto* const value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(&name, &type));
  if (type == GEN_IPADD) return address_text(*value);
  if (type != GEN_DNS) return "";
  const auto* const text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(value));
  return {text, static_cast<std::size_t>(ASN1_STRING_length(value))};
}

}  // namespace

void check_host(std::string_view host) {
  if (is_host(host)) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("\"{}\" is not the name or address of a host", escaped(host)),
              "Give the name or address that clients use: a DNS name without wildcards, or an IP "
              "address without brackets.");
}

std::vector<std::string> hosts_of(const X509& certificate) {
  const OpenSslErrorGuard guard;
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> hosts;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    std::string host = host_of(*sk_GENERAL_NAME_value(names.get(), i));
    if (is_host(host)) hosts.push_back(std::move(host));
  }
  return hosts;
}

std::string alternative_names(const std::vector<std::string>& hosts) {
  std::vector<std::string> names;
  for (const std::string& host : hosts) {
    check_host(host);  // so it contains none of the separators
    names.push_back(fmt::format("{}:{}", is_address(host) ? "IP" : "DNS", host));
  }
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace walstow
