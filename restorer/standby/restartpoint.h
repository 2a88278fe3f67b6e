// Reports to the store the segment from which on a standby still needs WAL
// (archive_cleanup_command).
//
// The server's checkpoints wait for it, and a failure loses nothing: the spool keeps the report,
// and the next restore sends it. So it never fails the server.
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

// A failure is logged as a warning.
void report_restartpoint(const RestartpointJob& job, Spool& spool, StoreClient& store,
                         const Patience& patience);

// Parses the segment's name as PostgreSQL passes it (%r). Throws Error{kUsage}.
WalFileName parse_restartpoint(const std::string& text);

}  // namespace walstow
