#include "proto/files/file_system.h"

#include <fmt/format.h>

#include "proto/base/error.h"

namespace walstow {
namespace {

std::unique_ptr<File> write_temporary(FileSystem& files, std::string_view content) {
  std::unique_ptr<File> file = files.create_temporary();
  file->write_at(0, as_bytes(content));
  file->sync();
  return file;
}

}  // namespace

std::vector<std::optional<FileStatus>> FileSystem::statuses(const std::string& folder,
                                                            std::span<const std::string> names) {
  std::vector<std::optional<FileStatus>> statuses;
  statuses.reserve(names.size());
  for (const std::string& name : names)
    statuses.push_back(status(folder == "." ? name : fmt::format("{}/{}", folder, name)));
  return statuses;
}

std::optional<std::string> read_small_file(FileSystem& files, const std::string& path,
                                           std::size_t limit) {
  const std::unique_ptr<File> file = files.open_file(path);
  if (file == nullptr) return std::nullopt;
  // One more byte than allowed detects "too long" without trusting the size in the status.
  std::string content(limit + 1, '\0');
  content.resize(file->read_at(0, std::as_writable_bytes(std::span(content))));
  if (content.size() > limit) {
    throw Error(ErrorKind::kDamaged,
                fmt::format("file \"{}\" is longer than the maximum of {} bytes",
                            files.describe(path), limit));
  }
  return content;
}

void write_durably(FileSystem& files, const std::string& path, std::string_view content) {
  const std::unique_ptr<File> file = write_temporary(files, content);
  files.replace_by_temporary(*file, path);
  file->close();
  files.sync_folder(parent_folder(path));
}

LinkResult create_durably(FileSystem& files, const std::string& path, std::string_view content) {
  const std::unique_ptr<File> file = write_temporary(files, content);
  if (files.link_temporary(*file, path) == LinkResult::kExists) return LinkResult::kExists;
  file->close();
  files.sync_folder(parent_folder(path));
  return LinkResult::kLinked;
}

void make_folders_durably(FileSystem& files, const std::string& folder) {
  if (folder == ".") return;
  const std::string parent = parent_folder(folder);
  make_folders_durably(files, parent);
  files.make_folder(folder);
  files.sync_folder(parent);
}

std::string parent_folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace walstow
