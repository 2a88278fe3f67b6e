// Backup history files ("...00000028.backup"), which a base backup leaves in the archive. Pure.
// Source: PostgreSQL src/backend/access/transam/xlogbackup.c (build_backup_content).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/base/utc_time.h"
#include "proto/wal/lsn.h"

namespace walstow {

struct BackupHistory {
  Lsn start;  // where a recovery of it begins to read
  Lsn stop;   // where it is consistent
  std::string label;
  // PostgreSQL writes times in its log_timezone, and abbreviations of zones ("CST") mean several:
  // nullopt unless it is UTC.
  std::optional<Time> stopped;
};

// nullopt: it does not say where the backup starts and stops.
std::optional<BackupHistory> parse_backup_history(std::string_view content);

}  // namespace walstow
