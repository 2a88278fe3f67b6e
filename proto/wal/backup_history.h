// Backup history files: they record which part of the log a base backup needs. Pure. The files come
// from outside, so everything in them is checked and bounded. Source: PostgreSQL
// src/backend/access/transam/xlogbackup.c (build_backup_content) and, before version 15, xlog.c
// (do_pg_stop_backup).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/base/utc_time.h"
#include "proto/wal/file_name.h"
#include "proto/wal/lsn.h"

namespace walstow {

struct BackupHistory {
  Lsn start, stop;          // from START WAL LOCATION and STOP WAL LOCATION
  Timeline start_timeline;  // timeline of the segment that START WAL LOCATION names
  Timeline stop_timeline;   // timeline of the segment that STOP WAL LOCATION names
  std::string label;        // at most the first 1024 bytes of the label
  // Set only if the times in the file are in UTC: PostgreSQL writes them in its log_timezone, and
  // the abbreviations of time zones are not unique.
  std::optional<Time> started, stopped;
};

// Returns nullopt if `content` is not a backup history file, or lacks one of its two locations.
std::optional<BackupHistory> parse_backup_history(std::string_view content);

// PostgreSQL names the file after START WAL LOCATION (BackupHistoryFileName in xlog_internal.h).
// Returns one clause that names the disagreement with `file` (a kBackup), or "" if there is none.
std::string compare_with_name(const BackupHistory& backup, const WalFileName& file,
                              SegmentSize size);

}  // namespace walstow
