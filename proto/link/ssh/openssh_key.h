// OpenSSH's own format for private keys (PROTOCOL.key), and the fields that make up all SSH data.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/bytes.h"

namespace walstow {

// Reads the fields of RFC 4251, section 5, from the front of `bytes`, which must outlive it. If a
// field is missing, that field and all later ones are nullopt.
class SshFields {
 public:
  explicit SshFields(ByteView bytes) : rest_(bytes) {}
  std::optional<std::uint32_t> number();
  std::optional<ByteView> string();

 private:
  ByteView rest_;
};

void append_ssh_number(std::vector<std::byte>& out, std::uint32_t number);
void append_ssh_string(std::vector<std::byte>& out, ByteView bytes);

struct OpenSshKey {
  std::string cipher;                   // "none": no passphrase
  std::vector<std::byte> public_blob;   // in the form of RFC 4253, section 6.6
  std::vector<std::byte> private_part;  // encrypted, unless the cipher is "none"
};

inline constexpr std::string_view kOpenSshKeyBegin = "-----BEGIN OPENSSH PRIVATE KEY-----";

// Returns nullopt if `text` is not a file with one key in this format.
std::optional<OpenSshKey> parse_openssh_key(std::string_view text);

}  // namespace walstow
