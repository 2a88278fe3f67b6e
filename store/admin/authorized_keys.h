// The line by which the sshd of the store's host admits a client: to one walstowd, under the name
// in the line, and to nothing else. Pure.
#pragma once

#include <string>

#include "proto/identity/ssh_public_key.h"

namespace walstow {

struct ForcedCommand {
  std::string walstowd;  // path of the executable at the store's host
  std::string archive;   // path of the archive there; "": the one in walstowd's own settings
  std::string client;    // a valid_client_name()
};

// Without its line end. `restrict` disables everything else that SSH could do.
std::string authorized_keys_line(const ForcedCommand& command, const SshPublicKey& key);

}  // namespace walstow
