// Which kinds of SSH keys are taken, and under which names they sign. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "proto/identity/ssh_public_key.h"

namespace walstow {

// The kinds of host key that this link takes, the fastest first.
const std::vector<std::string>& ssh_host_key_types();

// "rsa-sha2-512" in the place of "ssh-rsa", whose signatures are SHA-1: no server of today takes
// them. Every other type signs under its own name.
std::string ssh_signature_type(const std::string& key_type);

// The key under the name of the signatures that it is to make: libssh2 1.10 takes the name from
// there, and OpenSSH's sshd reads an RSA key under each of its names.
std::vector<std::byte> ssh_signing_blob(const SshPublicKey& key);

}  // namespace walstow
