// The line by which the sshd of the store's host lets a client in: to one walstowd, under the name
// that the line gives it, and to nothing else. Pure.
#pragma once

#include <string>

#include "proto/identity/ssh_public_key.h"

namespace walstow {

struct ForcedCommand {
  std::string walstowd;  // path of the executable at the store's host
  std::string archive;   // path of the archive there, or "": as walstowd's own settings say
  std::string client;    // a valid_client_name()
};

// Without its line end. `restrict` takes everything away that SSH could do besides.
std::string authorized_keys_line(const ForcedCommand& command, const SshPublicKey& key);

}  // namespace walstow
