// Reads from the store what is known about a cluster's possible recoveries.
#pragma once

#include <string>
#include <vector>

#include "proto/client/client.h"
#include "proto/wire/refusal.h"
#include "store/recovery/recovery_rule.h"

namespace walstow {

// One log of the cluster: eras of one system identifier and segment size.
struct RecoveryLog {
  EraName era;  // the newest of them
  RecoverySources sources;
  // The histories that are missing: "00000002.history". PostgreSQL asks for them at the end of each
  // recovery that opens a database.
  std::vector<std::string> missing_histories = {};
};

struct RecoveryLogs {
  std::string archive;
  std::vector<RecoveryLog> logs;  // the newest first
};

// Reads the whole index of time, page by page. The first time, the store may have to read every
// segment. Shows its progress at a terminal. Throws Error.
RecoveryLogs read_recovery_logs(Client& client, const std::string& cluster);

}  // namespace walstow
