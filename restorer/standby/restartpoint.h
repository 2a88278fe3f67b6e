// Tells the store from which segment on a standby still needs WAL (archive_cleanup_command).
//
// The server's checkpoints wait for it, and nothing is lost when it fails: what could not be told
// is kept in the spool and goes along with the next restore. So it never fails the server.
#pragma once

#include <string>

#include "proto/client/store_client.h"
#include "restorer/spool/spool.h"

namespace walstow {

struct RestartpointJob {
  std::string cluster;
  std::uint64_t system_identifier = 0;
  WalFileName restartpoint;  // kSegment
  std::string standby;       // its name, "" when it has none
};

// A failure is a warning on the log.
void report_restartpoint(const RestartpointJob& job, Spool& spool, StoreClient& store,
                         const Patience& patience);

// The segment's name as PostgreSQL gives it (%r). Throws Error{kUsage}.
WalFileName parse_restartpoint(const std::string& text);

}  // namespace walstow
