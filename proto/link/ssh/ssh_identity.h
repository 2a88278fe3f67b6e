// Finds the key with which a client authenticates to the store's sshd.
#pragma once

#include <string>
#include <vector>

#include "proto/identity/ssh_public_key.h"
#include "proto/link/pem_file.h"

namespace walstow {

// Returns the user's home folder from the password database: Debian starts PostgreSQL without HOME.
// Returns "" if the user has none.
std::string home_folder();

bool file_exists(const std::string& path);

struct SshKeyFile {
  std::string path;
  std::string text;  // secret
};

// Returns the private key in the file `path`. Throws Error{kUsage}, which names the file, if the
// file is unreadable, readable for others, or not a private key. Also throws it if the key has a
// passphrase, or is of a kind with which libssh2 cannot sign.
SshKeyFile read_ssh_key_file(const std::string& path);

// Returns the existing files among ssh's own default key files, the best one first. Leaves out
// kinds of keys that read_ssh_key_file() does not accept.
std::vector<std::string> default_ssh_key_files();

}  // namespace walstow
