#include "proto/link/ssh/known_hosts.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "proto/identity/public_key.h"

namespace walstow {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kRevoked = "@revoked";
constexpr std::string_view kHashed = "|1|";  // HMAC-SHA1; there is no other method

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// "*" matches any characters, "?" matches one; letters match in either case.
bool matches_pattern(std::string_view name, std::string_view pattern) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t in_name = 0;
  std::size_t in_pattern = 0;
  std::size_t star = kNone;  // the last one, which takes one more character at each mismatch
  std::size_t taken = 0;
  while (in_name < name.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      taken = in_name;
    } else if (in_pattern < pattern.size() &&
               (pattern[in_pattern] == '?' || to_lower(pattern[in_pattern]) == name[in_name])) {
      ++in_pattern;
      ++in_name;
    } else if (star != kNone) {
      in_pattern = star + 1;
      in_name = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == kNone;
}

// `hashed`: "|1|SALT|HASH".
bool matches_hash(std::string_view name, std::string_view hashed) {
  hashed.remove_prefix(kHashed.size());
  const std::size_t bar = hashed.find('|');
  if (bar == std::string_view::npos) return false;
  const auto salt = from_base64(hashed.substr(0, bar));
  const auto hash = from_base64(hashed.substr(bar + 1));
  if (!salt || !hash) return false;
  std::array<unsigned char, EVP_MAX_MD_SIZE> made{};
  unsigned int size = 0;
  HMAC(EVP_sha1(), salt->data(), static_cast<int>(salt->size()),
       reinterpret_cast<const unsigned char*>(name.data()), name.size(), made.data(), &size);
  return std::ranges::equal(*hash, std::as_bytes(std::span(made).first(size)));
}

// `hosts`: patterns separated by commas; one that begins with "!" excludes a name.
bool names(std::string_view hosts, std::string_view name) {
  if (hosts.starts_with(kHashed)) return matches_hash(name, hosts);
  bool matched = false;
  while (!hosts.empty()) {
    std::string_view pattern = hosts.substr(0, hosts.find(','));
    hosts.remove_prefix(std::min(pattern.size() + 1, hosts.size()));
    const bool negated = pattern.starts_with('!');
    if (negated) pattern.remove_prefix(1);
    if (!matches_pattern(name, pattern)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

// Returns the host's name in this format.
std::string format_name(const HostPort& host) {
  std::string name = host.host;
  std::ranges::transform(name, name.begin(), to_lower);
  return host.port == kSshPort ? name : fmt::format("[{}]:{}", name, host.port);
}

std::vector<KnownKey> keys_of_name(std::string_view text, const std::string& file,
                                   const std::string& name) {
  std::vector<KnownKey> keys;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    std::string_view hosts = next_word(line);
    const bool revoked = hosts == kRevoked;
    if (revoked) hosts = next_word(line);
    if (hosts.empty() || hosts.starts_with('#') || hosts.starts_with('@')) continue;
    if (!names(hosts, name)) continue;
    auto key = parse_ssh_public_key(line);
    if (!key) continue;
    keys.push_back({.key = std::move(*key),
                    .place = fmt::format("\"{}\", line {}", file, number),
                    .revoked = revoked});
  }
  return keys;
}

}  // namespace

std::vector<KnownKey> known_keys(std::string_view text, const std::string& name,
                                 const HostPort& host) {
  std::vector<KnownKey> keys = keys_of_name(text, name, format_name(host));
  if (host.port == kSshPort) return keys;
  // As in OpenSSH: the keys of the host alone count for a port without known keys. A key that is
  // revoked is revoked for every port.
  const std::string plain = format_name({.host = host.host, .port = kSshPort});
  const bool known = std::ranges::any_of(keys, [](const KnownKey& key) { return !key.revoked; });
  for (KnownKey& key : keys_of_name(text, name, plain)) {
    if (!known || key.revoked) keys.push_back(std::move(key));
  }
  return keys;
}

HostKeyVerdict judge(const std::vector<KnownKey>& known, const SshPublicKey& shown) {
  HostKeyVerdict verdict = HostKeyVerdict::kUnknown;
  for (const KnownKey& entry : known) {
    const bool same = entry.key == shown;
    if (entry.revoked) {
      if (same) return HostKeyVerdict::kRevoked;
    } else if (same) {
      verdict = HostKeyVerdict::kKnown;
    } else if (verdict == HostKeyVerdict::kUnknown) {
      verdict = HostKeyVerdict::kChanged;
    }
  }
  return verdict;
}

std::string known_hosts_line(const HostPort& host, const SshPublicKey& key) {
  return fmt::format("{} {}", format_name(host), to_text(key));
}

}  // namespace walstow
