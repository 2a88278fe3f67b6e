// Finds the key by which a client authenticates to the store's sshd.
#pragma once

#include <string>
#include <vector>

#include "proto/identity/ssh_public_key.h"
#include "proto/link/pem_file.h"

namespace walstow {

// Returns the user's home folder from the password database: Debian starts PostgreSQL without HOME.
// "": the user has none.
std::string home_folder();

bool file_exists(const std::string& path);

struct SshKeyFile {
  std::string path;
  std::string text;  // secret
};

// Returns the private key in that file. Throws Error{kUsage} with its path for a file that is
// unreadable, readable for others, not a private key, of a kind that libssh2 cannot sign with, or
// protected by a passphrase.
SshKeyFile read_ssh_key_file(const std::string& path);

// Returns those of ssh's own default files that exist, the best first. They are only of the kinds
// that read_ssh_key_file() accepts.
std::vector<std::string> default_ssh_key_files();

}  // namespace walstow
