// Marks of files that are already in the archive although PostgreSQL has not passed them yet: those
// archived ahead (look_ahead.h). When PostgreSQL passes such a file, the mark answers, and no
// request to the store is needed.
//
// So a mark must never be wrong. It counts only for exactly the same file (device, inode, size, and
// the times of its last change), for the same server, store and cluster. It counts only until the
// next boot: after a crash of the machine, a file counts as another one, whatever its times are.
// And it counts only as long as no other archive has answered meanwhile.
//
// A missing mark costs only time. So no member throws for it: the first failure (usually a full or
// read-only file system) is logged once, and the call continues without marks. Threads: any.
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
  // `wal_folder` comes from open_wal_folder() and outlives this object.
  ArchivedMarks(FileSystem& wal_folder, SpoolOwner owner);

  // Returns whether the store has promised to keep `name`, whose current file is `file`.
  bool has(const WalFileName& name, const FileStatus& file);

  // Records that archive `archive` has just made that promise. `file` is the status before the file
  // was read, and must still be current: add() checks it again, and makes no mark if it has
  // changed.
  void add(const WalFileName& name, const FileStatus& file, const std::string& archive);

  // Records which archive answers now. Marks of promises that another archive made no longer count.
  void answered_by(const std::string& archive);

  // Removes the marks of all other files.
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

// Returns whether a change now would show in the times of `file`. They advance in steps, so a
// change right after another one may leave them as they are.
bool changes_would_show(const FileStatus& file, std::chrono::system_clock::time_point now);

}  // namespace walstow
