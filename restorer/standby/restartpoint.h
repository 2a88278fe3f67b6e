// Reports to the store the first segment that a standby still needs (archive_cleanup_command).
//
// The server's checkpoints wait for this report. If it fails, nothing is lost: the spool keeps the
// report, and the next restore sends it. So the exit code never reports such a failure to the
// server.
#pragma once

#include <string>

#include "proto/client/store_client.h"
#include "restorer/spool/spool.h"

namespace walstow {

struct RestartpointJob {
  std::string cluster;
  std::uint64_t system_identifier = 0;
  WalFileName restartpoint;  // kSegment
  std::string standby;       // the standby's name, "" if it has none
};

// A failure is logged as a warning.
void report_restartpoint(const RestartpointJob& job, Spool& spool, StoreClient& store,
                         const Patience& patience);

// Parses the segment's name as PostgreSQL passes it (%r). Throws Error{kUsage}.
WalFileName parse_restartpoint(const std::string& text);

}  // namespace walstow
