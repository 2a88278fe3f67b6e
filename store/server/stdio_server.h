// Serves one session on the process's standard streams, for the local link and a forced command.
#pragma once

#include <string>

#include "store/archive/archive_location.h"
#include "store/server/session.h"
#include "store/service/handler.h"

namespace walstow {

// Returns the user that runs the process. Only the archive's owner reaches this code.
Caller local_user();

// Returns the client that a forced command of sshd names. `fingerprint` is "", or the fingerprint
// of an SSH key ("SHA256:..."). The peer itself can influence neither the name nor the fingerprint.
// Throws Error{kUsage} for an invalid name or fingerprint.
Caller named_client(const std::string& name, const std::string& fingerprint);

struct StdioServer {
  ArchiveLocation archive;
  Caller caller;
  int compression_level = 1;
  SessionLimits limits;
};

// Serves until the peer closes the connection. Throws Error{kFatal} if the process can no longer
// promise durability.
void serve_standard_streams(const StdioServer& server);

}  // namespace walstow
