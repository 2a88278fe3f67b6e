// One session on the process's standard streams, for the local link and a forced command.
#pragma once

#include <string>

#include "store/archive/archive_location.h"
#include "store/server/session.h"
#include "store/service/handler.h"

namespace walstow {

// The user that runs the process: only the archive's owner gets this far.
Caller local_user();

// The client that a forced command of sshd names. `fingerprint` is "" or an SSH key's,
// "SHA256:...". The peer's own claims never get here. Throws Error{kUsage} for an invalid name or
// fingerprint.
Caller named_client(const std::string& name, const std::string& fingerprint);

struct StdioServer {
  ArchiveLocation archive;
  Caller caller;
  int compression_level = 1;
  SessionLimits limits;
};

// Serves until the peer closes. Throws Error{kFatal} when it can no longer promise durability.
void serve_standard_streams(const StdioServer& server);

}  // namespace walstow
