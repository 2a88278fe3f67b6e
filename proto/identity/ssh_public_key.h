// A public key in SSH's form: the blob of RFC 4253, section 6.6 (and RFC 5656, RFC 8709), which
// contains its own type. Text contains it in base64.
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

// Parses "TYPE BASE64", with or without a comment after it: the line of a .pub file. nullopt:
// anything else, such as a type that differs from the blob's.
std::optional<SshPublicKey> parse_ssh_public_key(std::string_view line);

// Returns the key with the blob `base64`, as the registry stores it; nullopt: it is not an SSH key.
std::optional<SshPublicKey> ssh_key_of(std::string_view base64);

// Returns "TYPE BASE64".
std::string to_text(const SshPublicKey& key);

// Returns the type that the blob contains; nullopt: it is not a blob. (A SubjectPublicKeyInfo, the
// other form of a public key, never is: its first byte is 0x30.)
std::optional<std::string_view> ssh_key_type(ByteView blob);

// Returns "SHA256:" and base64 without padding, as ssh-keygen -l shows it. It is the same hash as
// key_fingerprint() of the same bytes.
std::string ssh_fingerprint(ByteView blob);

// Converts that form to key_fingerprint()'s; nullopt: it does not have that form.
std::optional<std::string> parse_ssh_fingerprint(std::string_view text);

}  // namespace walstow
