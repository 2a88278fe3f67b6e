// Walking below a folder that is held open: the part of the POSIX file system that knows paths.
// Internal to proto/base.
#pragma once

#include <cerrno>
#include <optional>
#include <string>

#include "proto/base/descriptor.h"

namespace walstow {

// Calls `call` again for as long as a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR)
    result = call();
  return result;
}

// Where a path ends: the folder that holds its last part (good for *at() calls only), and that
// part.
struct Location {
  Descriptor folder;
  std::string name;
};

// Whether `fd` is the file that has the name `at` at this moment.
bool is_named(int fd, const Location& at);

class RootFolder {
 public:
  // `name` is the folder as the caller wrote it, for messages.
  RootFolder(Descriptor fd, const std::string& name);

  // `path` as a person would write it: the root's name and `path`, joined.
  std::string describe(const std::string& path) const;

  // Whether the path that the root was opened by leads to it still; a path that cannot be looked at
  // does not. A relative path counts from today's working directory.
  bool in_place() const;

  // The functions below throw Error{kInvalid} for a path with an empty, "." or ".." part ("." alone
  // is the root itself), and Error{kStorage} when a part on the way is anything but a folder.
  // Every part is opened by itself without following symbolic links: unlike openat2(), that works
  // on every kernel and under every container's system call filter.

  // nullopt: a folder on the way is absent.
  std::optional<Location> find(const std::string& path) const;

  // As find, but the root itself is refused, too: it has no name that could be changed.
  std::optional<Location> find_below(const std::string& path) const;

  // As find_below, but a folder that is absent throws "<what>: No such file or directory".
  Location find_to_change(const std::string& path, const std::string& what) const;

 private:
  Descriptor fd_;
  std::string name_;
};

}  // namespace walstow
