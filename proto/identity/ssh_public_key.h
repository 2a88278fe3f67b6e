// A public key in SSH's form: the blob of RFC 4253, section 6.6 (and RFC 5656, RFC 8709), which
// contains the key's type. In text, the blob is in base64.
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

// Parses the line of a .pub file: "TYPE BASE64", with or without a comment after it. Returns
// nullopt for any other text, or if the type differs from the type in the blob.
std::optional<SshPublicKey> parse_ssh_public_key(std::string_view line);

// Returns the key whose blob is `base64`, the form in which the registry contains it. Returns
// nullopt if that is not an SSH key.
std::optional<SshPublicKey> ssh_key_of(std::string_view base64);

// Returns "TYPE BASE64".
std::string to_text(const SshPublicKey& key);

// Returns the type that the blob contains, or nullopt if the bytes are not such a blob. (A
// SubjectPublicKeyInfo, the other form of a public key, is never taken for an SSH blob: its first
// byte is 0x30.)
std::optional<std::string_view> ssh_key_type(ByteView blob);

// Returns "SHA256:" and the hash in base64 without padding, as ssh-keygen -l shows it.
// key_fingerprint() returns the same hash in another form.
std::string ssh_fingerprint(ByteView blob);

// Converts a result of ssh_fingerprint() to the form of key_fingerprint(). Returns nullopt if
// `text` is not in the form of ssh_fingerprint().
std::optional<std::string> parse_ssh_fingerprint(std::string_view text);

}  // namespace walstow
