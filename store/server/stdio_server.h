// One session on the process's standard streams, as the local link and a forced command start it.
#pragma once

#include <string>

#include "store/archive/archive_location.h"
#include "store/server/session.h"
#include "store/service/handler.h"

namespace walstow {

// Who the process itself runs as: nobody but the archive's owner gets this far.
Caller local_user();

// Whom a forced command of sshd names: `fingerprint` is "" or an SSH key's, "SHA256:...". What the
// peer says of itself never gets here. Throws Error{kUsage} for what is no client's name and no
// fingerprint.
Caller named_client(const std::string& name, const std::string& fingerprint);

struct StdioServer {
  ArchiveLocation archive;
  Caller caller;
  int compression_level = 1;
  SessionLimits limits;
};

// Serves until the peer closes. Throws Error{kFatal} when durability can no longer be promised.
void serve_standard_streams(const StdioServer& server);

}  // namespace walstow
