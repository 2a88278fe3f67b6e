// Archives the history of a timeline along with the timeline's segments, if the store lacks the
// history.
//
// PostgreSQL passes a history to archive_command only once, at the promotion. If archive_mode was
// off at that moment, PostgreSQL never passes the history. Without the history, a recovery does not
// follow the timeline (store/inventory/absence.h: history-missing), although the file is in pg_wal
// all the time.
#pragma once

#include <functional>
#include <string>

#include "proto/files/file_system.h"
#include "proto/wal/file_name.h"

namespace walstow {

// Archives the file of that name from the same folder, and returns the id of the archive.
using ArchiveBeside = std::function<std::string(const WalFileName& file)>;

class HistoryAlong {
 public:
  // `wal_folder` must outlive this object. `cluster` and `system_identifier` identify the file's
  // owner.
  HistoryAlong(FileSystem& wal_folder, std::string cluster, std::uint64_t system_identifier,
               ArchiveBeside archive);

  // Call it before `file` is put. Archives the history of its timeline, unless the spool records
  // that this was done before, or the folder has no such file. Never throws: a failure to archive
  // the history is logged, and does not affect `file`.
  void before(const WalFileName& file) noexcept;
  // Call it after `file` was put into the archive `archive`. Archives the history again if the
  // spool records that it was archived into another archive.
  void after(const WalFileName& file, const std::string& archive) noexcept;

 private:
  std::string remembered(const WalFileName& history) const;
  void send(const WalFileName& history);

  FileSystem& wal_folder_;
  std::string cluster_;
  std::string system_;
  ArchiveBeside archive_;
};

}  // namespace walstow
