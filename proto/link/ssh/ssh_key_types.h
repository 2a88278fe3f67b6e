// The accepted kinds of SSH keys, and the names of their signatures. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "proto/identity/ssh_public_key.h"

namespace walstow {

// Returns the kinds of host keys that this link accepts, the fastest kind first.
const std::vector<std::string>& ssh_host_key_types();

// Returns the name of the signatures that a key of this type makes. For "ssh-rsa", that is
// "rsa-sha2-512": the original signatures use SHA-1, which no current server accepts. For every
// other type, it is the name of the type.
std::string ssh_signature_type(const std::string& key_type);

// Returns the public key's blob, with the name of the signatures in place of the key's type.
// libssh2 1.10 reads the name there, and OpenSSH's sshd accepts an RSA key under each of its names.
std::vector<std::byte> ssh_signing_blob(const SshPublicKey& key);

}  // namespace walstow
