// A public key as SSH writes it: the blob of RFC 4253, section 6.6 (and RFC 5656, RFC 8709), which
// names its own type; in base64 where it is text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/bytes.h"

namespace walstow {

struct SshPublicKey {
  std::string type;  // "ssh-ed25519"
  std::vector<std::byte> blob;
  bool operator==(const SshPublicKey&) const = default;
};

// "TYPE BASE64", with or without a comment behind: the line of a .pub file. nullopt: anything else,
// such as a type that the blob contradicts.
std::optional<SshPublicKey> parse_ssh_public_key(std::string_view line);

// The key whose blob is `base64`, as the registry keeps it; nullopt: it is no SSH key.
std::optional<SshPublicKey> ssh_key_of(std::string_view base64);

// "TYPE BASE64".
std::string to_text(const SshPublicKey& key);

// The type that a blob names; nullopt: it is no blob. (A SubjectPublicKeyInfo, which is the other
// form of a public key, never is: its first byte is 0x30.)
std::optional<std::string_view> ssh_key_type(ByteView blob);

// "SHA256:" and base64 without padding, as ssh-keygen -l shows it: the same hash as that of
// key_fingerprint() over the same bytes.
std::string ssh_fingerprint(ByteView blob);

// From that form to the one of key_fingerprint(); nullopt: it is none.
std::optional<std::string> parse_ssh_fingerprint(std::string_view text);

}  // namespace walstow
