// The history of a timeline goes along with its segments, where the store lacks it.
//
// PostgreSQL hands a history to archive_command once, at the promotion; where archive_mode was off
// at that moment, never. Without it a recovery is not led to the timeline
// (store/inventory/absence.h: history-missing), and the file is at hand all the time, in pg_wal.
#pragma once

#include <functional>
#include <string>

#include "proto/files/file_system.h"
#include "proto/wal/file_name.h"

namespace walstow {

// Archives the file of that name in the same folder, and returns the id of the archive.
using ArchiveBeside = std::function<std::string(const WalFileName& file)>;

class HistoryAlong {
 public:
  // `wal_folder` outlives it. `cluster` and `system_identifier`: whose file it is.
  HistoryAlong(FileSystem& wal_folder, std::string cluster, std::uint64_t system_identifier,
               ArchiveBeside archive);

  // Before `file` is put: archives the history of its timeline, unless that was done before, as
  // remembered in the spool, or there is none in the folder. Never throws: trouble with the history
  // is logged, and is none of the file's.
  void before(const WalFileName& file) noexcept;
  // After `file` went into the archive of that id: again, where that is another archive than the
  // one that has the history.
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
