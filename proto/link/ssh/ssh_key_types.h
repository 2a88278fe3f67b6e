// The accepted kinds of SSH keys, and the names of their signatures. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "proto/identity/ssh_public_key.h"

namespace walstow {

// Returns the kinds of host key that this link accepts, the fastest first.
const std::vector<std::string>& ssh_host_key_types();

// Returns "rsa-sha2-512" instead of "ssh-rsa", whose signatures use SHA-1, which no current server
// accepts. Every other type signs under its own name.
std::string ssh_signature_type(const std::string& key_type);

// Returns the key under the name of the signatures that it must make. libssh2 1.10 reads the name
// there, and OpenSSH's sshd accepts an RSA key under each of its names.
std::vector<std::byte> ssh_signing_blob(const SshPublicKey& key);

}  // namespace walstow
