// The implementation of file_system.h on the kernel's calls.
//
// Temporaries come in two styles. An anonymous one (O_TMPFILE) has no name until it is linked to
// its final name, so a crash leaves nothing behind. The file system, the kernel or a chroot without
// /proc may not support that. A temporary is then a named file in the temporary folder. Its writer
// holds a lock (flock) on it for as long as the writer lives: a file that can be locked has lost
// its writer. That holds across processes, containers and reboots, where ages and process ids
// mislead.
#include <array>
#include <atomic>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "proto/base/error.h"
#include "proto/files/make_files_as.h"
#include "proto/files/posix_file.h"
#include "proto/files/posix_folder.h"
#include "proto/files/posix_lock.h"

namespace walstow {
namespace {

constexpr std::string_view kTemporarySuffix = ".tmp";

// flock() has no form with a deadline, so lock() retries at this interval.
constexpr std::chrono::milliseconds kLockPoll{10};

// A writer loses its name only to a cleaner that ran between two of the writer's system calls.
constexpr int kTemporaryAttempts = 100;

struct FolderCloser {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using FolderStream = std::unique_ptr<DIR, FolderCloser>;

std::string in_quotes(std::string_view what, const std::string& name) {
  return fmt::format("{} \"{}\"", what, name);
}

class PosixFileSystem final : public FileSystem {
 public:
  PosixFileSystem(Descriptor root, const std::string& name, const PosixFileSystemOptions& options)
      : owner_(options.as_folder_owner ? other_owner(root.get(), in_quotes("folder", name))
                                       : std::nullopt),
        root_(std::move(root), name),
        temporary_folder_(options.temporary_folder),
        file_mode_(options.file_mode),
        folder_mode_(options.folder_mode),
        anonymous_temporaries_(options.temporaries == TemporaryStyle::kAutomatic) {}

  std::unique_ptr<File> open_file(const std::string& path) override;
  std::unique_ptr<File> open_or_create(const std::string& path) override;
  std::optional<FileStatus> status(const std::string& path) override;
  std::optional<std::vector<std::string>> list(const std::string& folder) override;
  std::vector<std::optional<FileStatus>> statuses(const std::string& folder,
                                                  std::span<const std::string> names) override;
  std::unique_ptr<File> create_temporary() override;
  LinkResult link_temporary(File& temporary, const std::string& path) override;
  void replace_by_temporary(File& temporary, const std::string& path) override;
  bool make_folder(const std::string& path) override;
  void rename(const std::string& from, const std::string& to) override;
  void set_modified(const std::string& path,
                    std::chrono::system_clock::time_point modified) override;
  bool remove(const std::string& path) override;
  void sync_folder(const std::string& folder) override;
  std::unique_ptr<FileLock> lock(
      const std::string& path,
      std::optional<std::chrono::steady_clock::time_point> deadline) override;
  std::size_t remove_dead_temporaries() override;
  bool root_in_place() override { return root_.in_place(); }
  std::string describe(const std::string& path) const override { return root_.describe(path); }

 private:
  std::optional<FileStatus> status_at(int folder, const std::string& name,
                                      const std::string& path) const;
  std::string file_label(const std::string& path) const {
    return in_quotes("file", describe(path));
  }
  Descriptor open_regular(const Location& at, const std::string& path, int flags) const;
  Descriptor open_folder(const std::string& folder) const;
  std::unique_ptr<PosixFile> create_anonymous();
  std::unique_ptr<PosixFile> create_named();
  Location new_temporary_name();
  bool remove_if_dead(const std::string& path);

  // The owner of the files that this object makes, if it is not the process's user. Declared before
  // root_: it is read from the folder that root_ then takes.
  std::optional<FileOwner> owner_;
  RootFolder root_;
  std::string temporary_folder_;
  mode_t file_mode_;
  mode_t folder_mode_;
  std::atomic<bool> anonymous_temporaries_;  // until the kernel reports that it has none
};

// --- reading ---

// An empty Descriptor: the file is absent.
Descriptor PosixFileSystem::open_regular(const Location& at, const std::string& path,
                                         int flags) const {
  // O_NONBLOCK: opening a FIFO must not wait for the other end.
  const int all_flags = flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const std::string label = file_label(path);
  Descriptor fd(uninterrupted([&] {
    const MakeFilesAs as((flags & O_CREAT) != 0 ? owner_ : std::nullopt);
    return ::openat(at.folder.get(), at.name.c_str(), all_flags, file_mode_);
  }));
  if (!fd && errno == ENOENT) return fd;
  if (!fd) throw_creation_error(fmt::format("could not open {}", label), errno, at.folder.get());
  if (status_of(fd.get(), label).type != FileStatus::Type::kFile) {
    throw Error(ErrorKind::kStorage, fmt::format("could not open {}: not a regular file", label));
  }
  return fd;
}

std::unique_ptr<File> PosixFileSystem::open_file(const std::string& path) {
  const std::optional<Location> at = root_.find(path);
  if (!at) return nullptr;
  Descriptor fd = open_regular(*at, path, O_RDONLY);
  if (!fd) return nullptr;
  return std::make_unique<PosixFile>(std::move(fd), file_label(path));
}

std::unique_ptr<File> PosixFileSystem::open_or_create(const std::string& path) {
  const std::string what = fmt::format("could not create {}", file_label(path));
  const Location at = root_.find_to_change(path, what);
  Descriptor fd = open_regular(at, path, O_RDWR | O_CREAT);
  if (!fd) throw_system_error(what, ENOENT);
  return std::make_unique<PosixFile>(std::move(fd), file_label(path));
}

std::optional<FileStatus> PosixFileSystem::status(const std::string& path) {
  const std::optional<Location> at = root_.find(path);
  if (!at) return std::nullopt;
  return status_at(at->folder.get(), at->name, path);
}

std::optional<FileStatus> PosixFileSystem::status_at(int folder, const std::string& name,
                                                     const std::string& path) const {
  struct stat status {};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    return to_file_status(status);
  }
  if (errno == ENOENT) return std::nullopt;
  throw_system_error(fmt::format("could not stat {}", file_label(path)), errno);
}

std::vector<std::optional<FileStatus>> PosixFileSystem::statuses(
    const std::string& folder, std::span<const std::string> names) {
  std::vector<std::optional<FileStatus>> statuses(names.size());
  const Descriptor fd = open_folder(folder);
  if (!fd) return statuses;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string path = folder == "." ? names[i] : fmt::format("{}/{}", folder, names[i]);
    statuses[i] = status_at(fd.get(), names[i], path);
  }
  return statuses;
}

// An empty Descriptor: the folder is absent.
Descriptor PosixFileSystem::open_folder(const std::string& folder) const {
  const std::optional<Location> at = root_.find(folder);
  if (!at) return {};
  Descriptor fd(uninterrupted([&] {
    return ::openat(at->folder.get(), at->name.c_str(),
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  }));
  if (!fd && errno != ENOENT) {
    throw_system_error(fmt::format("could not open {}", in_quotes("folder", describe(folder))),
                       errno);
  }
  return fd;
}

std::optional<std::vector<std::string>> PosixFileSystem::list(const std::string& folder) {
  Descriptor fd = open_folder(folder);
  if (!fd) return std::nullopt;
  const std::string what = fmt::format("could not read {}", in_quotes("folder", describe(folder)));
  const FolderStream stream(::fdopendir(fd.get()));
  if (stream == nullptr) throw_system_error(what, errno);
  fd.release();  // the stream owns it now
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): unsafe only for two threads on one stream
    const dirent* const entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) throw_system_error(what, errno);
  return names;
}

// --- temporaries ---

// nullptr: this file system supports no anonymous temporaries.
std::unique_ptr<PosixFile> PosixFileSystem::create_anonymous() {
  // The link goes through /proc: the other way needs a capability (CAP_DAC_READ_SEARCH).
  if (::access("/proc/self/fd", X_OK) != 0) return nullptr;
  const Location root = *root_.find(".");
  Descriptor fd(uninterrupted([&] {
    const MakeFilesAs as(owner_);
    return ::openat(root.folder.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, file_mode_);
  }));
  const std::string label = in_quotes("temporary file in", describe("."));
  if (fd) return std::make_unique<PosixFile>(std::move(fd), label);
  // EISDIR and ENOENT: from kernels and file systems that do not know the flag.
  if (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == ENOSYS) return nullptr;
  throw_creation_error(fmt::format("could not create {}", label), errno, root.folder.get());
}

// Returns an unused name, in a folder that exists now.
Location PosixFileSystem::new_temporary_name() {
  make_folder(temporary_folder_);
  const std::string path =
      fmt::format("{}/{}{}", temporary_folder_, random_hex(16), kTemporarySuffix);
  return root_.find_to_change(path, fmt::format("could not create {}", file_label(path)));
}

std::unique_ptr<PosixFile> PosixFileSystem::create_named() {
  for (int attempt = 0; attempt < kTemporaryAttempts; ++attempt) {
    Location at = new_temporary_name();
    const std::string label = file_label(fmt::format("{}/{}", temporary_folder_, at.name));
    Descriptor fd(uninterrupted([&] {
      const MakeFilesAs as(owner_);
      return ::openat(at.folder.get(), at.name.c_str(),
                      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode_);
    }));
    if (!fd)
      throw_creation_error(fmt::format("could not create {}", label), errno, at.folder.get());
    // Until it is locked, a cleaner mistakes it for the file of a dead writer, and may have removed
    // it.
    if (!try_lock(fd.get(), label) || !is_named(fd.get(), at)) continue;
    auto file = std::make_unique<PosixFile>(std::move(fd), label);
    file->set_temporary_name(std::move(at));
    return file;
  }
  throw Error(
      ErrorKind::kStorage,
      fmt::format("could not keep a temporary file in folder \"{}\": each file was removed at once",
                  describe(temporary_folder_)),
      "Another program seems to remove files there. Exclude that folder from it.");
}

std::unique_ptr<File> PosixFileSystem::create_temporary() {
  if (anonymous_temporaries_) {
    if (std::unique_ptr<PosixFile> file = create_anonymous()) return file;
    anonymous_temporaries_ = false;
  }
  return create_named();
}

LinkResult PosixFileSystem::link_temporary(File& temporary, const std::string& path) {
  auto& file = dynamic_cast<PosixFile&>(temporary);
  const std::string what = fmt::format("could not link {}", file_label(path));
  const Location to = root_.find_to_change(path, what);
  const int error_number = file.link_to(to);
  if (error_number == EEXIST) return LinkResult::kExists;
  if (error_number != 0) throw_link_error(what, error_number);
  if (const std::optional<Location>& name = file.temporary_name()) {
    // If this fails, the file is published nevertheless, and a cleaner removes the second name.
    ::unlinkat(name->folder.get(), name->name.c_str(), 0);
    file.forget_temporary_name();
  }
  return LinkResult::kLinked;
}

void PosixFileSystem::replace_by_temporary(File& temporary, const std::string& path) {
  auto& file = dynamic_cast<PosixFile&>(temporary);
  const std::string what = fmt::format("could not replace {}", file_label(path));
  const Location to = root_.find_to_change(path, what);
  if (!file.temporary_name()) {
    // Only a name can be renamed over another. It is locked first, so that no cleaner removes it.
    if (!try_lock(file.fd(), file.label())) throw_system_error(what, EWOULDBLOCK);
    Location name = new_temporary_name();
    if (const int error_number = file.link_to(name)) throw_link_error(what, error_number);
    file.set_temporary_name(std::move(name));
  }
  const Location& from = *file.temporary_name();
  if (::renameat(from.folder.get(), from.name.c_str(), to.folder.get(), to.name.c_str()) != 0) {
    throw_system_error(what, errno);
  }
  file.forget_temporary_name();
}

// --- folders and names ---

bool PosixFileSystem::make_folder(const std::string& path) {
  const std::string what = fmt::format("could not create {}", in_quotes("folder", describe(path)));
  const Location at = root_.find_to_change(path, what);
  {
    const MakeFilesAs as(owner_);
    if (::mkdirat(at.folder.get(), at.name.c_str(), folder_mode_) == 0) return true;
  }
  if (errno != EEXIST) throw_creation_error(what, errno, at.folder.get());
  const std::optional<FileStatus> existing = status(path);
  if (existing && existing->type != FileStatus::Type::kFolder) throw_system_error(what, ENOTDIR);
  return false;
}

void PosixFileSystem::rename(const std::string& from, const std::string& to) {
  const std::string what =
      fmt::format("could not rename {} to \"{}\"", file_label(from), describe(to));
  const Location source = root_.find_to_change(from, what);
  const Location target = root_.find_to_change(to, what);
  if (::renameat(source.folder.get(), source.name.c_str(), target.folder.get(),
                 target.name.c_str()) != 0) {
    throw_system_error(what, errno);
  }
}

void PosixFileSystem::set_modified(const std::string& path,
                                   std::chrono::system_clock::time_point modified) {
  const std::string what = fmt::format("could not set the time of {}", file_label(path));
  const Location at = root_.find_to_change(path, what);
  const auto since = modified.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const std::array<timespec, 2> times{
      timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
      timespec{.tv_sec = seconds.count(),
               .tv_nsec = std::chrono::nanoseconds(since - seconds).count()}};
  if (::utimensat(at.folder.get(), at.name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
    throw_system_error(what, errno);
  }
}

bool PosixFileSystem::remove(const std::string& path) {
  const std::string what = fmt::format("could not remove {}", file_label(path));
  const std::optional<Location> at = root_.find_below(path);
  if (!at) return false;
  if (::unlinkat(at->folder.get(), at->name.c_str(), 0) == 0) return true;
  if (errno == EISDIR && ::unlinkat(at->folder.get(), at->name.c_str(), AT_REMOVEDIR) == 0) {
    return true;
  }
  if (errno == ENOENT) return false;
  throw_system_error(what, errno);
}

void PosixFileSystem::sync_folder(const std::string& folder) {
  // Opened anew for each call: of two threads that fsync one descriptor, only one receives an
  // error.
  const Descriptor fd = open_folder(folder);
  const std::string what = fmt::format("could not fsync {}", in_quotes("folder", describe(folder)));
  if (!fd) throw_system_error(what, ENOENT);
  if (uninterrupted([&] { return ::fsync(fd.get()); }) != 0) {
    throw Error(ErrorKind::kFatal, fmt::format("{}: {}", what, system_message(errno)),
                "Names that were made there may be lost in a power cut. Check the disk, and then "
                "start the program again.");
  }
}

// --- housekeeping ---

std::unique_ptr<FileLock> PosixFileSystem::lock(
    const std::string& path, std::optional<std::chrono::steady_clock::time_point> deadline) {
  const std::string what = fmt::format("could not create {}", file_label(path));
  for (;;) {
    const Location at = root_.find_to_change(path, what);
    Descriptor fd = open_regular(at, path, O_RDWR | O_CREAT);
    if (!fd) throw_system_error(what, ENOENT);
    if (try_lock(fd.get(), file_label(path))) {
      if (is_named(fd.get(), at)) return make_posix_lock(std::move(fd));
      continue;  // it has lost its name since, and would exclude nothing: lock the current file
    }
    if (!deadline || std::chrono::steady_clock::now() >= *deadline) return nullptr;
    std::this_thread::sleep_for(kLockPoll);
  }
}

bool PosixFileSystem::remove_if_dead(const std::string& path) {
  const std::optional<FileStatus> existing = status(path);
  if (!existing || existing->type != FileStatus::Type::kFile) return false;  // not a temporary
  const std::optional<Location> at = root_.find(path);
  if (!at) return false;
  const Descriptor fd = open_regular(*at, path, O_RDWR);
  return fd && try_lock(fd.get(), file_label(path)) && is_named(fd.get(), *at) &&
         ::unlinkat(at->folder.get(), at->name.c_str(), 0) == 0;
}

std::size_t PosixFileSystem::remove_dead_temporaries() {
  std::size_t removed = 0;
  for (const std::string& name : list(temporary_folder_).value_or(std::vector<std::string>())) {
    if (!name.ends_with(kTemporarySuffix)) continue;
    if (remove_if_dead(fmt::format("{}/{}", temporary_folder_, name))) ++removed;
  }
  return removed;
}

}  // namespace

std::unique_ptr<FileSystem> open_posix_file_system(const std::string& root,
                                                   const PosixFileSystemOptions& options) {
  Descriptor fd(
      uninterrupted([&] { return ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (fd) return std::make_unique<PosixFileSystem>(std::move(fd), root, options);
  if (errno == ENOENT) return nullptr;
  throw_system_error(in_quotes("could not open folder", root), errno);
}

}  // namespace walstow
