// By which key a client shows the store's sshd who it is.
#pragma once

#include <string>
#include <vector>

#include "proto/identity/ssh_public_key.h"
#include "proto/link/pem_file.h"

namespace walstow {

// The user's home folder as the password database has it: Debian starts PostgreSQL without HOME.
// "" where there is none.
std::string home_folder();

bool file_exists(const std::string& path);

struct SshKeyFile {
  std::string path;
  std::string text;  // secret
};

// The private key in that file. Throws Error{kUsage} that names it: unreadable, readable for
// others, no private key, one of a kind that libssh2 cannot sign with, protected by a passphrase.
SshKeyFile read_ssh_key_file(const std::string& path);

// Of ssh's own default files, those that are there: the kinds of read_ssh_key_file(), the best
// first.
std::vector<std::string> default_ssh_key_files();

}  // namespace walstow
