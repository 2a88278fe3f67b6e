// Marks for files that were archived ahead (look_ahead.h): they are in the archive although
// PostgreSQL has not passed them yet. When PostgreSQL passes such a file, the call finds the mark,
// and needs no request to the store.
//
// So a mark must never be wrong. A mark counts only for exactly the same file (device, inode, size,
// and the times of its last change), for the same server, store and cluster. It counts only until
// the next boot: after a crash of the machine, a file counts as a different one, whatever its times
// are. And it no longer counts once another archive has answered.
//
// If a mark is missing, this only costs time. So no member throws for it: the first failure
// (usually a full or read-only file system) is logged once, and the call continues without marks.
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/files/file_system.h"
#include "proto/pgdata/spool_folder.h"
#include "proto/wal/file_name.h"

namespace walstow {

class ArchivedMarks {
 public:
  // `wal_folder` comes from open_wal_folder(), and must outlive this object.
  ArchivedMarks(FileSystem& wal_folder, SpoolOwner owner);

  // Returns whether the store has promised to keep the file `name`. `file` is the current status of
  // that file.
  bool has(const WalFileName& name, const FileStatus& file);

  // Records that the archive with the id `archive` has just promised to keep the file `name`.
  // `file` is the status before the file was read, and must still be current: add() checks it
  // again, and makes no mark if it has changed.
  void add(const WalFileName& name, const FileStatus& file, const std::string& archive);

  // Records the id of the archive that answers now. Marks of promises that another archive made no
  // longer count.
  void answered_by(const std::string& archive);

  // Removes the marks of all files that are not in `names`.
  void keep_only(const std::vector<WalFileName>& names);

 private:
  template <class Work>
  auto attempt(Work work) -> decltype(work());
  std::optional<std::string> current_archive();
  SpoolRecord mark_of(const FileStatus& file, const std::string& archive) const;

  FileSystem& wal_folder_;
  SpoolOwner owner_;
  std::string boot_;
  std::atomic<bool> told_ = false;
};

// Returns whether a change now would be visible in the times of `file`. Those times advance in
// steps, so a change shortly after another one may not change them.
bool changes_would_show(const FileStatus& file, std::chrono::system_clock::time_point now);

}  // namespace walstow
