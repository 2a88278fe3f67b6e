// "walstow-restore --prefetch", which only a call of walstow-restore starts (start.h). Wires the
// parts of the prefetcher together.
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
  WalFileName handed;  // the segment that PostgreSQL received last
  SegmentSize segment_size;
  std::string wal_folder;  // path of the folder of %p
  std::string standby;     // its name, "" when it has none
  PrefetchLimits limits;
  Duration patience{};  // how long to try to get one segment, retries included
};

// Returns the exit code, which nothing reads. Throws Error.
int run_prefetcher(PrefetchCommand command);

}  // namespace walstow
