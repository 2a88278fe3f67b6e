#include "store/archive/folder_archive.h"

#include <cerrno>
#include <fmt/format.h>
#include <set>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "proto/base/error.h"
#include "proto/base/user_name.h"
#include "proto/files/file_system.h"
#include "store/archive/layout.h"
#include "store/backend/directory_backend.h"
#include "store/backend/key_rules.h"

namespace walstow {
namespace {

constexpr std::string_view kCopyFolder =
    layout::kCopyMarker.substr(0, layout::kCopyMarker.find('/'));

std::unique_ptr<FileSystem> make_folder(const std::string& folder) {
  if (mkdir(folder.c_str(), 0750) == 0) {
    const auto above = open_posix_file_system(fmt::format("{}/..", folder));
    if (above) above->sync_folder(".");
  } else if (errno != EEXIST) {
    throw_system_error(fmt::format("could not create folder \"{}\"", folder), errno);
  }
  auto files = open_posix_file_system(folder);
  if (!files) throw Error(ErrorKind::kStorage, fmt::format("folder \"{}\" was removed", folder));
  return files;
}

// Names that no archive can have created, and that nobody can remove from a mount point. A name
// that begins with '.' is never part of a key (".snapshot", ".zfs", ".Trash-1000"). File systems,
// file servers and quotas keep the other names in a root.
bool belongs_to_file_system(std::string_view name) {
  static const std::set<std::string_view> kNames{
      "lost+found", "~snapshot",    "#snapshot",   "#recycle",
      "@eaDir",     "aquota.user",  "quota.user",  "System Volume Information",
      "@Recycle",   "aquota.group", "quota.group", "$RECYCLE.BIN"};
  return name.starts_with('.') || kNames.contains(name);
}

SpaceProbe space_of(const std::string& folder) {
  return [folder]() -> std::optional<FileSystemSpace> {
    struct statvfs status {};
    if (statvfs(folder.c_str(), &status) != 0) return std::nullopt;
    return FileSystemSpace{.size = std::uint64_t{status.f_blocks} * status.f_frsize,
                           .available = std::uint64_t{status.f_bavail} * status.f_frsize};
  };
}

void refuse_unless_empty(FileSystem& files, const std::string& folder) {
  // An earlier call leaves these if it is killed before it has created the marker.
  static const std::set<std::string_view> kUnfinished{"_probe", "_tmp", kRecordsLock, kReserveFile};
  for (const std::string& name : files.list(".").value_or(std::vector<std::string>())) {
    if (belongs_to_file_system(name) || kUnfinished.contains(name)) continue;
    throw Error(ErrorKind::kRefused,
                fmt::format("folder \"{}\" already contains \"{}\"", folder, name),
                "Give an empty folder, or one that does not exist yet.");
  }
}

}  // namespace

void become_owner_of(const std::string& folder) {
  struct stat status {};
  if (stat(folder.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return;  // opening it gives a better message
    throw_system_error(fmt::format("could not examine archive \"{}\"", folder), errno);
  }
  if (status.st_uid == geteuid()) return;
  if (geteuid() == 0) {
    become_user(status.st_uid, status.st_gid);
    return;
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("archive \"{}\" belongs to user \"{}\", but this is user \"{}\"", folder,
                          user_name(status.st_uid), user_name(geteuid())),
              "One user owns an archive and everything in it. If the archive exists, mount it or "
              "correct its owner. Only if no archive exists yet, run \"walstow init\" as the user "
              "that runs PostgreSQL's commands.");
}

std::unique_ptr<Backend> open_folder_backend(const std::string& folder) {
  auto files = open_posix_file_system(folder);
  if (!files) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("archive folder \"{}\" does not exist", folder),
                "Is its file system mounted? Only if no archive exists yet, create one with "
                "\"walstow init\".");
  }
  return make_directory_backend(std::move(files), space_of(folder));
}

std::unique_ptr<Archive> open_archive_folder(const std::string& folder) {
  return std::make_unique<Archive>(open_folder_backend(folder));
}

std::unique_ptr<Backend> begin_archive_folder(const std::string& folder) {
  auto files = make_folder(folder);
  if (!files->status(std::string(kCopyFolder))) refuse_unless_empty(*files, folder);
  probe_directory(*files);
  return make_directory_backend(std::move(files), space_of(folder));
}

std::string initialize_archive_folder(const std::string& folder) {
  auto files = make_folder(folder);
  refuse_unless_empty(*files, folder);
  probe_directory(*files);
  const auto backend = make_directory_backend(std::move(files), space_of(folder));
  std::string id = initialize_archive(*backend);
  backend->hold_reserve();
  return id;
}

}  // namespace walstow
