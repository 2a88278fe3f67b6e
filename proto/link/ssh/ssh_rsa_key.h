// An RSA key that signs with SHA-512. With an RSA key, libssh2 1.10 uses only SHA-1, which no
// current sshd accepts. With every other kind of key, libssh2 makes the signatures itself.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/identity/ssh_public_key.h"

namespace walstow {

class SshRsaKey {
 public:
  // `text` is a key file without a passphrase, in OpenSSH's or OpenSSL's format. Returns nullopt if
  // it contains no RSA key, or is damaged.
  static std::optional<SshRsaKey> parse(const std::string& text);

  const SshPublicKey& public_key() const { return public_key_; }
  // Returns the bare rsa-sha2-512 signature (RFC 8332). Throws Error{kUsage}.
  std::vector<std::byte> sign(ByteView data) const;

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const noexcept;
  };
  using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

  SshRsaKey(Key key, SshPublicKey public_key);
  static Key parse_openssh(const std::string& text);

  Key key_;
  SshPublicKey public_key_;
};

}  // namespace walstow
