// One session on the process's standard streams, as the local link and a forced command start it.
#pragma once

#include <string>

#include "store/handler.h"
#include "store/session.h"

namespace walstow {

// Who the process itself runs as: nobody but the archive's owner gets this far.
Caller local_user();

struct StdioServer {
  std::string archive;  // folder
  int compression_level = 1;
  SessionLimits limits;
};

// Serves until the peer closes. Throws Error{kFatal} when durability can no longer be promised.
void serve_standard_streams(const StdioServer& server);

}  // namespace walstow
