// The one seam through which everything durable goes: the store's objects and records, the spool
// beside pg_wal, the file handed to PostgreSQL.
//
// Production code gets open_posix_file_system(); tests get one that forgets what was not fsynced
// (tests/support/forgetful_file_system.h) and one that injects errors. So the rules are the
// kernel's, without mercy: content is durable after File::sync(), a name (new, linked, renamed or
// removed) is durable after sync_folder() of its folder, a new folder after sync_folder() of its
// parent. Nothing else is durable.
//
// A FileSystem is rooted at one open folder: a path is relative ("main/eras/001.json", "." for the
// root itself), has no empty, "." or ".." part and never follows a symbolic link out of the root
// given by its caller. Because the root is held open, an archive that is unmounted or replaced
// behind it cannot turn into another one in the middle of a request.
//
// Errors: Error{kStorage} naming the file and the system's reason, except where a result type says
// otherwise. Threads: all members may be called from several threads at once; a File by one at
// once.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/bytes.h"

namespace walstow {

struct FileStatus {
  enum class Type { kFile, kFolder, kOther };
  Type type = Type::kFile;
  std::uint64_t size = 0;  // bytes
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint32_t owner = 0;                         // user id
  std::uint32_t mode = 0;                          // permission bits only, 07777
  std::chrono::system_clock::time_point modified;  // its content
  std::chrono::system_clock::time_point changed;   // its content, names, owner or mode

  bool operator==(const FileStatus&) const = default;
};

class File {
 public:
  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  virtual ~File() = default;

  // Fills `out` from `offset` on; returns the bytes read, fewer than asked only at the file's end.
  virtual std::size_t read_at(std::uint64_t offset, MutableByteView out) = 0;
  // The same, but no more than can be had without a wait for the medium: from the page cache.
  // nullopt: nothing can, or it is not known; read_at() tells.
  virtual std::optional<std::size_t> read_cached_at(std::uint64_t /*offset*/,
                                                    MutableByteView /*out*/) {
    return std::nullopt;
  }
  // Writes all of `bytes` at `offset`, extending the file when needed.
  virtual void write_at(std::uint64_t offset, ByteView bytes) = 0;
  // Content and size are durable on return. Never call again after it threw: the kernel may have
  // dropped what it could not write and would report success.
  virtual void sync() = 0;
  virtual FileStatus status() = 0;
  // Ends the use of the file, and reports what the kernel only reports here.
  virtual void close() = 0;
};

// Held while it lives; other processes (and other File systems on the same folder) see it.
class FileLock {
 public:
  FileLock() = default;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  virtual ~FileLock() = default;
};

enum class LinkResult { kLinked, kExists };

class FileSystem {
 public:
  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  virtual ~FileSystem() = default;

  // --- reading ---
  // nullptr: there is no such file (ENOENT, or a folder on the way is absent). Every other failure
  // throws: "could not look" is never "absent". Opening anything but a regular file throws.
  virtual std::unique_ptr<File> open_file(const std::string& path) = 0;
  // As open_file, for reading and writing in place; made empty when absent.
  virtual std::unique_ptr<File> open_or_create(const std::string& path) = 0;
  virtual std::optional<FileStatus> status(const std::string& path) = 0;
  // The same of many names in one folder ("." for the root), in their order. A file system may save
  // itself finding the folder for each of them.
  virtual std::vector<std::optional<FileStatus>> statuses(const std::string& folder,
                                                          std::span<const std::string> names);
  // Names in a folder, without "." and "..", unsorted; nullopt when the folder is absent.
  virtual std::optional<std::vector<std::string>> list(const std::string& folder) = 0;

  // --- writing ---
  // A new file without a visible name in this file system. Where O_TMPFILE works it vanishes with
  // its writer; elsewhere it has a name in the temporary folder, under the writer's lock.
  // Destroying it removes what was not published.
  virtual std::unique_ptr<File> create_temporary() = 0;
  // Gives a temporary its name in one atomic step, never replacing what stands. Not durable before
  // sync_folder(). The file must have been made by this object's create_temporary().
  virtual LinkResult link_temporary(File& temporary, const std::string& path) = 0;
  // As link_temporary, but replaces what stands, atomically.
  virtual void replace_by_temporary(File& temporary, const std::string& path) = 0;
  // False when it stands already (made by whomever: whether it is durable is not known).
  virtual bool make_folder(const std::string& path) = 0;
  // Replaces what stands at `to`.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  // False when absent. An empty folder counts as a file here.
  virtual bool remove(const std::string& path) = 0;
  // Durable on return: all names made, changed or removed in `folder` before the call began.
  // Throws Error{kFatal} when the fsync fails: a process that cannot make names durable must end.
  // Error{kStorage} when the folder could not even be opened (too many open files): nothing has
  // been lost then, and a later call may succeed.
  virtual void sync_folder(const std::string& folder) = 0;

  // --- house-keeping ---
  // An exclusive advisory lock on `path` (made empty when absent); nullptr when another holds it.
  // With `deadline` it waits up to that point in time; without, not at all.
  virtual std::unique_ptr<FileLock> lock(
      const std::string& path,
      std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt) = 0;
  // Removes named temporaries whose writers are dead: those that can be locked, and no others.
  // Returns how many.
  virtual std::size_t remove_dead_temporaries() = 0;

  // Whether the path that the root was opened by leads to it still. A folder that was moved,
  // unmounted or replaced behind its holder is a folder of the past.
  virtual bool root_in_place() = 0;

  // `path` as a person would write it, for messages: root and path joined.
  virtual std::string describe(const std::string& path) const = 0;
};

// How temporaries are made. kNamed is what file systems without O_TMPFILE get; it can be asked for
// so that tests reach it.
enum class TemporaryStyle { kAutomatic, kNamed };

struct PosixFileSystemOptions {
  std::string temporary_folder = "_tmp";  // below the root; made when first needed
  TemporaryStyle temporaries = TemporaryStyle::kAutomatic;
  // Of what this object makes, from the first moment on; the process's umask takes bits away.
  std::uint32_t file_mode = 0640;
  std::uint32_t folder_mode = 0750;
  // Run as root in the folder of another user, it makes everything as that user.
  bool as_folder_owner = false;
};

// Opens the folder `root` (relative to the working directory, or absolute). nullptr: absent.
std::unique_ptr<FileSystem> open_posix_file_system(const std::string& root,
                                                   const PosixFileSystemOptions& options = {});

// Reads a whole small file; nullopt: absent. Longer than `limit` bytes: throws Error{kDamaged}.
std::optional<std::string> read_small_file(FileSystem& files, const std::string& path,
                                           std::size_t limit);

// Writes `content` as `path`, durable on return (file, then folder), replacing what stands at once.
void write_durably(FileSystem& files, const std::string& path, std::string_view content);

// As write_durably, but never replaces; kExists leaves what stands alone, and does not promise that
// it is durable.
LinkResult create_durably(FileSystem& files, const std::string& path, std::string_view content);

// Makes `folder` and what is missing above it, and makes all of their names durable, up to the
// root: also of those that stood already, since their maker may not have got so far yet.
void make_folders_durably(FileSystem& files, const std::string& folder);

// The folder part of a path: "a/b" of "a/b/c", "." of "c".
std::string parent_folder(const std::string& path);

}  // namespace walstow
