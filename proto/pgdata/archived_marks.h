// Marks for files in pg_wal that are in the archive although PostgreSQL has not passed them to
// archive_command yet. When PostgreSQL passes such a file, walstow-archive finds the mark, and
// needs no request to the store. There are two kinds:
//
//   kAhead     files that walstow-archive has archived ahead (archiver/look_ahead.h)
//   kRestored  segments that walstow-restore got from the archive. With archive_mode = always, a
//              server in recovery archives each segment that it restores.
//
// So a mark must never be wrong. A mark counts only for exactly the same file (device, inode, size,
// and the times of its last change), for the same server, store and cluster. It counts only until
// the next boot: after a crash of the machine, a file counts as a different one, whatever its times
// are. And it no longer counts once another archive has answered.
//
// A missing mark only costs time. So no member function throws if a mark cannot be made or read:
// the first failure (usually a full or read-only file system) is logged once, and the call
// continues without marks. Threads: any.
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
  enum class Kind { kAhead, kRestored };

  // `wal_folder` comes from open_wal_folder(), and must outlive this object.
  ArchivedMarks(FileSystem& wal_folder, SpoolOwner owner, Kind kind);

  // Returns whether an archive has ever answered for marks of this kind. walstow-restore makes no
  // marks before walstow-archive has used some: only a server with archive_mode = always needs
  // them.
  bool in_use();

  // Returns whether the archive has the file `name`. `file` is the current status of that file.
  bool has(const WalFileName& name, const FileStatus& file);

  // Records that the archive with the id `archive` has just promised to keep the file `name`.
  // `file` is the status before the file was read, and must still be current: add() checks it
  // again, and makes no mark if it has changed.
  void add(const WalFileName& name, const FileStatus& file, const std::string& archive);

  // Records that the file `path`, which PostgreSQL is about to rename to `name`, is what the
  // archive with the id `archive` has under that name. Sets the file's time of modification a
  // second back: then each later change shows, even one within the same clock tick.
  void add_restored(const WalFileName& name, const std::string& path, const std::string& archive);

  // Records the id of the archive that answers now. Marks from another archive no longer count.
  void answered_by(const std::string& archive);

  // Removes the marks of all files that are not in `names`.
  void keep_only(const std::vector<WalFileName>& names);
  // Removes the marks of the files up to `last`, in the order of names.
  void forget_until(const WalFileName& last);

 private:
  template <class Work>
  auto attempt(Work work) -> decltype(work());
  const char* folder() const { return kind_ == Kind::kAhead ? "archived" : "restored"; }
  std::string path_of(const WalFileName& name) const;
  std::string archive_record() const;
  std::optional<std::string> current_archive();
  SpoolRecord mark_of(const FileStatus& file, const std::string& archive) const;
  template <class Predicate>
  void remove_if(Predicate is_old);

  FileSystem& wal_folder_;
  SpoolOwner owner_;
  const Kind kind_;
  std::string boot_;
  std::atomic<bool> told_ = false;
};

// Returns whether a change now would be visible in the times of `file`. Those times advance in
// steps, so a change shortly after another one may not change them.
bool changes_would_show(const FileStatus& file, std::chrono::system_clock::time_point now);

}  // namespace walstow
