#include "store/admin/client_folder.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

// Below the folder itself, since its parent belongs to the caller.
constexpr const char* kTemporaryFolder = ".tmp";

// For "a/b" and "a/b/" alike: "/working/folder/a" and "b".
struct Place {
  std::string parent, name;
};

Place place_of(const std::string& path) {
  const fs::path absolute = normalized(absolute_path(path));
  return {.parent = absolute.parent_path().string(), .name = absolute.filename().string()};
}

std::unique_ptr<FileSystem> open_parent(const Place& place, std::uint32_t file_mode) {
  auto files = open_posix_file_system(
      place.parent, {.temporary_folder = fmt::format("{}/{}", place.name, kTemporaryFolder),
                     .file_mode = file_mode,
                     .folder_mode = 0700});
  if (files) return files;
  throw Error(ErrorKind::kUsage, fmt::format("there is no folder \"{}\"", place.parent));
}

// It exists only on file systems without anonymous temporaries.
void remove_temporary_folder(FileSystem& files, const std::string& folder) {
  files.remove(fmt::format("{}/{}", folder, kTemporaryFolder));
}

void create_file(FileSystem& files, const std::string& path, std::string_view content) {
  if (create_durably(files, path, content) == LinkResult::kExists) {
    throw Error(ErrorKind::kStorage,
                fmt::format("file \"{}\" was made by another program", files.describe(path)));
  }
  remove_temporary_folder(files, parent_folder(path));
}

}  // namespace

ClientFolder::ClientFolder(const std::string& path) {
  const Place place = place_of(path);
  name_ = place.name;
  files_ = open_parent(place, 0644);
  secret_files_ = open_parent(place, 0600);
  path_ = files_->describe(name_);
  if (!files_->make_folder(name_)) {
    throw Error(ErrorKind::kUsage, fmt::format("folder \"{}\" exists already", path_),
                "Nothing was written. Give another folder with --out, or move this one away.");
  }
  files_->sync_folder(".");
}

ClientFolder::~ClientFolder() {
  if (kept_) return;
  try {
    for (const std::string& file : files_->list(name_).value_or(std::vector<std::string>())) {
      files_->remove(fmt::format("{}/{}", name_, file));
    }
    files_->remove(name_);
  } catch (const std::exception& error) {
    log_line(LogLevel::kWarning,
             fmt::format("could not remove folder \"{}\": {}", path_, error.what()));
  }
}

void ClientFolder::write(std::string_view name, std::string_view content) {
  create_file(*files_, fmt::format("{}/{}", name_, name), content);
}

void ClientFolder::write_key(std::string_view name, std::string_view content) {
  create_file(*secret_files_, fmt::format("{}/{}", name_, name), content);
}

std::string write_client_file(const std::string& folder, std::string_view name,
                              std::string_view content) {
  const Place place = place_of(folder);
  const auto files = open_parent(place, 0644);
  make_folders_durably(*files, place.name);
  const std::string path = fmt::format("{}/{}", place.name, name);
  write_durably(*files, path, content);
  remove_temporary_folder(*files, place.name);
  return files->describe(path);
}

}  // namespace walstow
