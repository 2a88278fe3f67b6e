#include "proto/files/posix_folder.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <string_view>
#include <sys/stat.h>
#include <vector>

#include "proto/base/error.h"

namespace walstow {
namespace {

[[noreturn]] void refuse(const std::string& path) {
  throw Error(ErrorKind::kInvalid, fmt::format("invalid path \"{}\"", path),
              "A path is relative, and has no empty, \".\" or \"..\" part.");
}

std::vector<std::string> split(const std::string& path) {
  if (path.find('\0') != std::string::npos) refuse(path);
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") refuse(path);
    parts.push_back(part);
    begin = end + 1;
  }
  return parts;
}

std::string without_trailing_slashes(std::string name) {
  while (name.size() > 1 && name.back() == '/')
    name.pop_back();
  return name;
}

bool is_same_file(int fd, const struct stat& named) {
  struct stat opened {};
  return ::fstat(fd, &opened) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace

bool is_named(int fd, const Location& at) {
  struct stat named {};
  return ::fstatat(at.folder.get(), at.name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         is_same_file(fd, named);
}

RootFolder::RootFolder(Descriptor fd, const std::string& name)
    : fd_(std::move(fd)), name_(without_trailing_slashes(name)) {}

std::string RootFolder::describe(const std::string& path) const {
  if (path == ".") return name_;
  return name_ == "/" ? name_ + path : fmt::format("{}/{}", name_, path);
}

bool RootFolder::in_place() const {
  struct stat named {};
  return ::stat(name_.c_str(), &named) == 0 && is_same_file(fd_.get(), named);
}

std::optional<Location> RootFolder::find(const std::string& path) const {
  static constexpr int kFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const std::vector<std::string> parts = path == "." ? std::vector<std::string>{path} : split(path);
  Descriptor folder(uninterrupted([&] { return ::openat(fd_.get(), ".", kFlags); }));
  if (!folder) throw_system_error(fmt::format("could not open folder \"{}\"", name_), errno);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    Descriptor next(
        uninterrupted([&] { return ::openat(folder.get(), parts[i].c_str(), kFlags); }));
    if (!next && errno == ENOENT) return std::nullopt;
    if (!next) {
      throw_system_error(fmt::format("could not open folder \"{}\" on the way to \"{}\"", parts[i],
                                     describe(path)),
                         errno);
    }
    folder = std::move(next);
  }
  return Location{std::move(folder), parts.back()};
}

std::optional<Location> RootFolder::find_below(const std::string& path) const {
  if (path == ".") refuse(path);
  return find(path);
}

Location RootFolder::find_to_change(const std::string& path, const std::string& what) const {
  std::optional<Location> location = find_below(path);
  if (!location) throw_system_error(what, ENOENT);
  return std::move(*location);
}

}  // namespace walstow
