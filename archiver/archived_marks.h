// Marks of the files that are in the archive already although PostgreSQL has not asked for them
// yet: what was archived ahead (look_ahead.h). When it asks, the mark answers, and the store need
// not.
//
// So a mark must never be believed wrongly. It counts for the very same file only (device, inode,
// size, and the times of its last change), in the name of the same server, to the same store and
// cluster, and until the next boot: what a crash of the machine makes of a file is another file,
// whatever its times say. And it counts as long as no other archive has answered in the meantime.
//
// A mark that is missing costs time and nothing else. So no member throws for it: the first trouble
// (a full or read-only file system, usually) is told once, and the call goes on without. Threads:
// any.
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
  // `wal_folder` is that of open_wal_folder() and outlives this.
  ArchivedMarks(FileSystem& wal_folder, SpoolOwner owner);

  // The store has promised to keep `name`, which is `file` now.
  bool has(const WalFileName& name, const FileStatus& file);

  // Archive `archive` has just made that promise. `file` is what it was before it was read, and is
  // still: add() looks at it again, and makes no mark where it has changed.
  void add(const WalFileName& name, const FileStatus& file, const std::string& archive);

  // Whoever answers now is who counts: marks of promises that another archive made do not.
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

// Whether a change that comes now would show in the times of `file`: they move on in steps, and a
// change right after another one may leave them as they are.
bool changes_would_show(const FileStatus& file, std::chrono::system_clock::time_point now);

}  // namespace walstow
