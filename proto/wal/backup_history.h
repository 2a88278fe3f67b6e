// Backup history files: the part of the log that a base backup needs. Pure. The files come from
// outside, so everything in them is checked and bounded.
// Source: PostgreSQL src/backend/access/transam/xlogbackup.c (build_backup_content) and, before
// version 15, xlog.c (do_pg_stop_backup).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/base/utc_time.h"
#include "proto/wal/file_name.h"
#include "proto/wal/lsn.h"

namespace walstow {

struct BackupHistory {
  Lsn start, stop;          // START WAL LOCATION, STOP WAL LOCATION
  Timeline start_timeline;  // of the segment that START WAL LOCATION contains
  Timeline stop_timeline;   // likewise
  std::string label;        // its first 1024 bytes at most
  // Set only for times in UTC: PostgreSQL writes them in its log_timezone, whose abbreviations are
  // not unique.
  std::optional<Time> started, stopped;
};

// nullopt: not such a file, or one of its two locations is absent.
std::optional<BackupHistory> parse_backup_history(std::string_view content);

// PostgreSQL names the file after START WAL LOCATION (BackupHistoryFileName in xlog_internal.h).
// Returns one clause that names the disagreement with `file`, a kBackup, or "".
std::string compare_with_name(const BackupHistory& backup, const WalFileName& file,
                              SegmentSize size);

}  // namespace walstow
