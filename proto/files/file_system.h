// The single interface for everything durable: the store's objects and records, the spool next to
// pg_wal, the file delivered to PostgreSQL.
//
// Production code uses open_posix_file_system(). Tests use one that forgets what was not fsynced
// (tests/support/forgetful_file_system.h) and one that injects errors. The rules are the kernel's,
// strictly applied. Content is durable after File::sync(). A name (new, linked, renamed or removed)
// is durable after sync_folder() of its folder. A new folder is durable after sync_folder() of its
// parent. Nothing else is durable.
//
// A FileSystem is rooted at one open folder. A path is relative ("main/eras/001.json", "." for the
// root itself) and has no empty, "." or ".." part. It never follows a symbolic link out of the root
// that the caller opened. The root is held open. So an archive that is unmounted or replaced cannot
// turn into another one in the middle of a request.
//
// Errors: Error{kStorage} with the file and the system's reason, except where a result type says
// otherwise. Threads: several threads may call all members at once; only one thread at a time may
// use a File.
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

  // Fills `out` from `offset`. Returns the bytes read; fewer than requested only at the file's end.
  virtual std::size_t read_at(std::uint64_t offset, MutableByteView out) = 0;
  // The same, but reads only what is available without waiting for the medium (from the page
  // cache). nullopt: nothing is, or it is unknown; call read_at().
  virtual std::optional<std::size_t> read_cached_at(std::uint64_t /*offset*/,
                                                    MutableByteView /*out*/) {
    return std::nullopt;
  }
  // Writes all of `bytes` at `offset`, extending the file when needed.
  virtual void write_at(std::uint64_t offset, ByteView bytes) = 0;
  // Content and size are durable on return. Never call it again after it threw: the kernel may have
  // dropped what it could not write and would report success.
  virtual void sync() = 0;
  virtual FileStatus status() = 0;
  // Closes the file, and reports errors that the kernel reports only on close.
  virtual void close() = 0;
};

// The lock is held while this object exists. Other processes (and other FileSystems on the same
// folder) see it.
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
  // nullptr: there is no such file (ENOENT, or a parent folder is absent). Every other failure
  // throws: "could not look" is never "absent". Opening anything but a regular file throws.
  virtual std::unique_ptr<File> open_file(const std::string& path) = 0;
  // As open_file(), for reading and writing in place. Creates an empty file when it is absent.
  virtual std::unique_ptr<File> open_or_create(const std::string& path) = 0;
  virtual std::optional<FileStatus> status(const std::string& path) = 0;
  // The statuses of many names in one folder ("." for the root), in their order. A file system may
  // avoid finding the folder again for each name.
  virtual std::vector<std::optional<FileStatus>> statuses(const std::string& folder,
                                                          std::span<const std::string> names);
  // Names in a folder, without "." and "..", unsorted; nullopt when the folder is absent.
  virtual std::optional<std::vector<std::string>> list(const std::string& folder) = 0;

  // --- writing ---
  // Creates a file without a visible name in this file system. Where O_TMPFILE works, the kernel
  // removes it with its writer. Elsewhere it has a name in the temporary folder, under the writer's
  // lock. The destructor removes a file that was not published.
  virtual std::unique_ptr<File> create_temporary() = 0;
  // Gives a temporary its name atomically; it never replaces an existing file. The name is not
  // durable before sync_folder(). This object's create_temporary() must have created the file.
  virtual LinkResult link_temporary(File& temporary, const std::string& path) = 0;
  // As link_temporary(), but atomically replaces an existing file.
  virtual void replace_by_temporary(File& temporary, const std::string& path) = 0;
  // False: it existed already. Another process may have made it, so it may not be durable.
  virtual bool make_folder(const std::string& path) = 0;
  // Replaces an existing file at `to`.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  // False: it was absent. An empty folder counts as a file here.
  virtual bool remove(const std::string& path) = 0;
  // Durable on return: all names that were made, changed or removed in `folder` before the call
  // began. Throws Error{kFatal} when the fsync fails: a process that cannot make names durable must
  // exit. Throws Error{kStorage} when the folder could not even be opened (too many open files).
  // Nothing has been lost then, and a later call may succeed.
  virtual void sync_folder(const std::string& folder) = 0;

  // --- housekeeping ---
  // Takes an exclusive advisory lock on `path` (created empty when absent). nullptr: it is held
  // already. With `deadline` it waits until then; without, it does not wait.
  virtual std::unique_ptr<FileLock> lock(
      const std::string& path,
      std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt) = 0;
  // Removes named temporaries whose writers are dead: only those that it can lock. Returns how
  // many.
  virtual std::size_t remove_dead_temporaries() = 0;

  // Returns whether the path by which the root was opened still leads to it. It does not when the
  // folder was moved, unmounted or replaced while this object holds it.
  virtual bool root_in_place() = 0;

  // Returns the full path for messages: root and `path` joined.
  virtual std::string describe(const std::string& path) const = 0;
};

// How temporaries are made. File systems without O_TMPFILE use kNamed; tests can request it.
enum class TemporaryStyle { kAutomatic, kNamed };

struct PosixFileSystemOptions {
  std::string temporary_folder = "_tmp";  // below the root; created when first needed
  TemporaryStyle temporaries = TemporaryStyle::kAutomatic;
  // The modes of the files and folders that this object makes, from the start; the process's umask
  // removes bits.
  std::uint32_t file_mode = 0640;
  std::uint32_t folder_mode = 0750;
  // When root works in another user's folder, everything is created as that user.
  bool as_folder_owner = false;
};

// Opens the folder `root` (relative to the working directory, or absolute). nullptr: it is absent.
std::unique_ptr<FileSystem> open_posix_file_system(const std::string& root,
                                                   const PosixFileSystemOptions& options = {});

// Reads a whole small file. nullopt: absent. Throws Error{kDamaged} beyond `limit` bytes.
std::optional<std::string> read_small_file(FileSystem& files, const std::string& path,
                                           std::size_t limit);

// Writes `content` as `path`, durable on return (file, then folder). Replaces an existing file
// atomically.
void write_durably(FileSystem& files, const std::string& path, std::string_view content);

// As write_durably(), but never replaces. kExists: the existing file is unchanged, and it may not
// be durable.
LinkResult create_durably(FileSystem& files, const std::string& path, std::string_view content);

// Creates `folder` and its missing parents, and makes all of their names durable, up to the root.
// That includes names that existed already, since their creator may not have fsynced them yet.
void make_folders_durably(FileSystem& files, const std::string& folder);

// Returns the folder part of a path: "a/b" of "a/b/c", "." of "c".
std::string parent_folder(const std::string& path);

}  // namespace walstow
