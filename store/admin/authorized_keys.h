// Makes the line by which the sshd on the store's host admits a client. The client can only start a
// walstowd, which serves it under the client name in the line. Pure.
#pragma once

#include <string>

#include "proto/identity/ssh_public_key.h"

namespace walstow {

struct ForcedCommand {
  std::string walstowd;  // path of the executable on the store's host
  std::string archive;   // path of the archive on that host; "": the archive in walstowd's own
                         // settings
  std::string client;    // a valid_client_name()
};

// Returns the line without its line end. `restrict` disables all other functions of SSH.
std::string authorized_keys_line(const ForcedCommand& command, const SshPublicKey& key);

}  // namespace walstow
