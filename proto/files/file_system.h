// The single interface for everything durable: the store's objects and records, the spool folder in
// pg_wal, and the file delivered to PostgreSQL.
//
// Production code uses open_posix_file_system(). Tests use one implementation that forgets
// everything that was not fsynced (tests/support/forgetful_file_system.h), and one that injects
// errors. The rules are the kernel's, strictly applied. Content is durable after File::sync(). A
// name (new, linked, renamed or removed) is durable after sync_folder() of its folder. A new folder
// is durable after sync_folder() of its parent. Nothing else is durable.
//
// A FileSystem is rooted at one open folder. A path is relative ("main/eras/001.json", "." for the
// root itself) and has no empty, "." or ".." part. A FileSystem never follows a symbolic link out
// of that folder. It holds the folder open. So if an archive is unmounted or replaced in the middle
// of a request, the request cannot reach another archive.
//
// Errors: Error{kStorage} with the file and the system's reason, except where a result type says
// otherwise. Threads: several threads may call all member functions at once; only one thread at a
// time may use a File.
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
  std::uint32_t mode = 0;                          // only the permission bits, 07777
  std::chrono::system_clock::time_point modified;  // when the content last changed
  // When the content, the names, the owner or the mode last changed.
  std::chrono::system_clock::time_point changed;

  bool operator==(const FileStatus&) const = default;
};

// Bytes that can be read from any offset: a file, or data derived from a file. Only one thread at a
// time may use the object.
class FileContent {
 public:
  FileContent() = default;
  FileContent(const FileContent&) = delete;
  FileContent& operator=(const FileContent&) = delete;
  virtual ~FileContent() = default;

  // Fills `out` with the bytes that start at `offset`. Returns the number of bytes read, which is
  // less than requested only at the end.
  virtual std::size_t read_at(std::uint64_t offset, MutableByteView out) = 0;
};

class File : public FileContent {
 public:
  // Like read_at(), but reads only bytes that are available without waiting for the medium (from
  // the page cache). Returns nullopt if no such bytes are available, or if that is unknown. The
  // caller then calls read_at().
  virtual std::optional<std::size_t> read_cached_at(std::uint64_t /*offset*/,
                                                    MutableByteView /*out*/) {
    return std::nullopt;
  }
  // Writes all of `bytes` at `offset`. Extends the file if needed.
  virtual void write_at(std::uint64_t offset, ByteView bytes) = 0;
  // Makes content and size durable. Never call it again after it has thrown: the kernel may have
  // dropped the data, and a second call would still report success.
  virtual void sync() = 0;
  virtual FileStatus status() = 0;
  // Closes the file, and reports errors that the kernel reports only on close.
  virtual void close() = 0;
};

// The lock is held while this object exists. Other processes (and other FileSystems on the same
// folder) observe the lock.
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
  // Returns nullptr if there is no such file (ENOENT, or a parent folder is absent). Every other
  // failure throws: a failed lookup never counts as "absent". Opening anything but a regular file
  // throws.
  virtual std::unique_ptr<File> open_file(const std::string& path) = 0;
  // Like open_file(), but opens the file for reading and writing in place. Creates an empty file if
  // there is none.
  virtual std::unique_ptr<File> open_or_create(const std::string& path) = 0;
  virtual std::optional<FileStatus> status(const std::string& path) = 0;
  // Returns the statuses of many names in one folder ("." for the root), in the order of the names.
  // An implementation may look up the folder only once.
  virtual std::vector<std::optional<FileStatus>> statuses(const std::string& folder,
                                                          std::span<const std::string> names);
  // Returns the names in a folder, unsorted and without "." and "..". Returns nullopt if the folder
  // is absent.
  virtual std::optional<std::vector<std::string>> list(const std::string& folder) = 0;

  // --- writing ---
  // Creates a file without a visible name in this file system. Where O_TMPFILE works, the kernel
  // removes the file when its writer ends. Elsewhere the file has a name in the temporary folder,
  // and its writer holds a lock on the file. The destructor removes a file that was not published.
  virtual std::unique_ptr<File> create_temporary() = 0;
  // Gives a temporary file its name atomically. Never replaces an existing file. The name is not
  // durable before sync_folder(). `temporary` must come from create_temporary() of the same object.
  virtual LinkResult link_temporary(File& temporary, const std::string& path) = 0;
  // Like link_temporary(), but atomically replaces an existing file.
  virtual void replace_by_temporary(File& temporary, const std::string& path) = 0;
  // Returns false if the folder existed already. It may not be durable then, because another
  // process may have just made it.
  virtual bool make_folder(const std::string& path) = 0;
  // Replaces an existing file at `to`.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  // Sets the time at which the content of a file last changed. It need not be durable.
  virtual void set_modified(const std::string& path,
                            std::chrono::system_clock::time_point modified) = 0;
  // Removes a file or an empty folder. Returns false if there was none.
  virtual bool remove(const std::string& path) = 0;
  // On return, all names that were made, changed or removed in `folder` before the call began are
  // durable. Throws Error{kFatal} if the fsync fails: a process that cannot make names durable must
  // exit. Throws Error{kStorage} if the folder could not even be opened (too many open files). In
  // that case nothing has been lost, and a later call may succeed.
  virtual void sync_folder(const std::string& folder) = 0;

  // --- housekeeping ---
  // Takes an exclusive advisory lock on `path`, which is created as an empty file if it is absent.
  // Waits for the lock until `deadline`; without a deadline, it does not wait. Returns nullptr if
  // another holder still has the lock.
  virtual std::unique_ptr<FileLock> lock(
      const std::string& path,
      std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt) = 0;
  // Removes named temporary files whose writers are dead: only the files that it can lock. Returns
  // the number of files that it removed.
  virtual std::size_t remove_dead_temporaries() = 0;

  // Returns whether the path by which the root was opened still leads to it. It does not if the
  // folder was moved, unmounted or replaced while this object held it open.
  virtual bool root_in_place() = 0;

  // Returns the full path for messages: root and `path` joined.
  virtual std::string describe(const std::string& path) const = 0;
};

// How temporary files are created. kAutomatic uses O_TMPFILE if the file system supports it, and
// otherwise does the same as kNamed. Tests can request kNamed.
enum class TemporaryStyle { kAutomatic, kNamed };

struct PosixFileSystemOptions {
  std::string temporary_folder = "_tmp";  // below the root; created when first needed
  TemporaryStyle temporaries = TemporaryStyle::kAutomatic;
  // The modes of the files and folders that this object creates. They apply from the moment of
  // creation, less the bits of the process's umask.
  std::uint32_t file_mode = 0640;
  std::uint32_t folder_mode = 0750;
  // When root works in another user's folder, everything is created as that user.
  bool as_folder_owner = false;
};

// Opens the folder `root` (relative to the working directory, or absolute). Returns nullptr if it
// is absent.
std::unique_ptr<FileSystem> open_posix_file_system(const std::string& root,
                                                   const PosixFileSystemOptions& options = {});

// Reads a whole small file. Returns nullopt if it is absent. Throws Error{kDamaged} if the file has
// more than `limit` bytes.
std::optional<std::string> read_small_file(FileSystem& files, const std::string& path,
                                           std::size_t limit);

// Writes `content` to the file `path`, and replaces an existing file atomically. On return, the
// file and its name are durable.
void write_durably(FileSystem& files, const std::string& path, std::string_view content);

// Like write_durably(), but never replaces a file. With kExists, the existing file is unchanged,
// and may not be durable.
LinkResult create_durably(FileSystem& files, const std::string& path, std::string_view content);

// Creates `folder` and its missing parents, and makes all of their names durable, up to the root.
// That includes names that existed already, since their creator may not have fsynced them yet.
void make_folders_durably(FileSystem& files, const std::string& folder);

// Returns the folder part of a path: "a/b" for "a/b/c", "." for "c".
std::string parent_folder(const std::string& path);

}  // namespace walstow
