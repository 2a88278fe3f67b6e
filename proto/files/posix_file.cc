#include "proto/files/posix_file.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

#include "proto/base/error.h"

namespace walstow {

PosixFile::PosixFile(Descriptor fd, std::string label)
    : fd_(std::move(fd)), label_(std::move(label)) {}

PosixFile::~PosixFile() {
  // Best effort: remove_dead_temporaries() removes a name that is left behind.
  if (temporary_name_) ::unlinkat(temporary_name_->folder.get(), temporary_name_->name.c_str(), 0);
}

std::size_t PosixFile::read_at(std::uint64_t offset, MutableByteView out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const auto position = static_cast<off_t>(offset + filled);
    const ssize_t got = uninterrupted(
        [&] { return ::pread(fd_.get(), out.data() + filled, out.size() - filled, position); });
    if (got < 0) throw_system_error(fmt::format("could not read {}", label_), errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

std::optional<std::size_t> PosixFile::read_cached_at(std::uint64_t offset, MutableByteView out) {
  const iovec target{.iov_base = out.data(), .iov_len = out.size()};
  const ssize_t got = ::preadv2(fd_.get(), &target, 1, static_cast<off_t>(offset), RWF_NOWAIT);
  if (got < 0) return std::nullopt;
  return static_cast<std::size_t>(got);
}

void PosixFile::write_at(std::uint64_t offset, ByteView bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const auto position = static_cast<off_t>(offset + written);
    const ssize_t put = uninterrupted([&] {
      return ::pwrite(fd_.get(), bytes.data() + written, bytes.size() - written, position);
    });
    if (put < 0) throw_system_error(fmt::format("could not write {}", label_), errno);
    // As in PostgreSQL: a write of zero bytes without an error means that there was no room.
    if (put == 0) throw_system_error(fmt::format("could not write {}", label_), ENOSPC);
    written += static_cast<std::size_t>(put);
  }
}

void PosixFile::sync() {
  if (uninterrupted([&] { return ::fsync(fd_.get()); }) != 0) {
    throw_system_error(fmt::format("could not fsync {}", label_), errno);
  }
}

FileStatus PosixFile::status() {
  return status_of(fd_.get(), label_);
}

void PosixFile::close() {
  fd_.close_checked(label_.c_str());
}

int PosixFile::link_to(const Location& to) const {
  const std::string from =
      temporary_name_ ? temporary_name_->name : fmt::format("/proc/self/fd/{}", fd());
  const int folder = temporary_name_ ? temporary_name_->folder.get() : AT_FDCWD;
  const int flags = temporary_name_ ? 0 : AT_SYMLINK_FOLLOW;
  return ::linkat(folder, from.c_str(), to.folder.get(), to.name.c_str(), flags) == 0 ? 0 : errno;
}

void throw_link_error(const std::string& what, int error_number) {
  switch (error_number) {
    case EPERM:
    case EOPNOTSUPP:
    case ENOSYS:
      throw Error(ErrorKind::kStorage, fmt::format("{}: {}", what, system_message(error_number)),
                  "The file system does not support hard links, or a link replaces an existing "
                  "file. Choose another file system.");
    case EXDEV:
      throw Error(ErrorKind::kStorage, fmt::format("{}: {}", what, system_message(error_number)),
                  "Keep the whole folder on one file system.");
    default:
      throw_system_error(what, error_number);
  }
}

void throw_creation_error(const std::string& what, int error_number, int fd) {
  struct statvfs room {};
  const bool no_inodes = error_number == ENOSPC && ::fstatvfs(fd, &room) == 0 && room.f_files > 0 &&
                         room.f_favail == 0;
  if (!no_inodes) throw_system_error(what, error_number);
  throw Error(
      ErrorKind::kStorage, fmt::format("{}: {}: no inodes are free", what, system_message(ENOSPC)),
      "The file system contains as many files as it can, even if \"df -h\" shows free space: see "
      "\"df -i\". Remove files that are not needed, or make the file system with more inodes.");
}

FileStatus status_of(int fd, const std::string& label) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_system_error(fmt::format("could not stat {}", label), errno);
  return to_file_status(status);
}

namespace {

std::chrono::system_clock::time_point to_time(const timespec& time) {
  using std::chrono::system_clock;
  return system_clock::time_point(std::chrono::duration_cast<system_clock::duration>(
      std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec)));
}

}  // namespace

FileStatus to_file_status(const struct stat& status) {
  FileStatus result;
  result.type = S_ISREG(status.st_mode)   ? FileStatus::Type::kFile
                : S_ISDIR(status.st_mode) ? FileStatus::Type::kFolder
                                          : FileStatus::Type::kOther;
  result.size = static_cast<std::uint64_t>(status.st_size);
  result.device = status.st_dev;
  result.inode = status.st_ino;
  result.owner = status.st_uid;
  result.mode = status.st_mode & 07777U;
  result.modified = to_time(status.st_mtim);
  result.changed = to_time(status.st_ctim);
  return result;
}

}  // namespace walstow
