// An RSA key that signs with SHA-512. libssh2 1.10 signs RSA with SHA-1 alone, which no sshd of
// today takes; every other kind of key it signs with by itself.
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
  // `text`: a key file without a passphrase, in OpenSSH's or OpenSSL's format. nullopt: it holds no
  // RSA key, or is damaged.
  static std::optional<SshRsaKey> parse(const std::string& text);

  const SshPublicKey& public_key() const { return public_key_; }
  // The signature of rsa-sha2-512 (RFC 8332), bare. Throws Error{kUsage}.
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
