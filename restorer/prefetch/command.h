// Runs "walstow-restore --prefetch", which only walstow-restore itself starts (start.h). Connects
// the parts of the prefetcher.
#pragma once

#include <string>

#include "proto/base/deadline.h"
#include "proto/client/client_settings.h"
#include "proto/pgdata/spool_folder.h"
#include "restorer/prefetch/window.h"

namespace walstow {

struct PrefetchCommand {
  ClientOptions options;
  SpoolOwner key;
  WalFileName handed;  // the last segment that PostgreSQL has received
  SegmentSize segment_size;
  std::string wal_folder;  // path of the folder that contains %p
  std::string standby;     // the standby's name, "" if it has none
  PrefetchLimits limits;
  Duration patience{};  // how long to try to fetch one segment, including retries
};

// Returns the exit code, which nothing reads. Throws Error.
int run_prefetcher(PrefetchCommand command);

}  // namespace walstow
