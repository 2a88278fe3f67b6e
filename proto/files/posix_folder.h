// Path lookup below a folder that is held open. Internal to proto/files.
#pragma once

#include <cerrno>
#include <optional>
#include <string>

#include "proto/base/descriptor.h"

namespace walstow {

// Repeats `call` as long as a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR)
    result = call();
  return result;
}

// The result of a path lookup: the folder that contains the path's last part (for *at() calls
// only), and that part.
struct Location {
  Descriptor folder;
  std::string name;
};

// Returns whether `at` currently names the file `fd`.
bool is_named(int fd, const Location& at);

class RootFolder {
 public:
  // `name` is the folder as the caller wrote it, for messages.
  RootFolder(Descriptor fd, const std::string& name);

  // Returns the full path for messages: the root's name and `path`, joined.
  std::string describe(const std::string& path) const;

  // Returns whether the path by which the root was opened still leads to it. Returns false if that
  // path cannot be read. A relative path is resolved from the current working directory.
  bool in_place() const;

  // The functions below throw Error{kInvalid} for a path with an empty, "." or ".." part; "." alone
  // is the root itself. They throw Error{kStorage} if a part of the path that must be a folder is
  // something else. They open each part separately and do not follow symbolic links. Unlike
  // openat2(), this works on every kernel, and in containers that filter system calls.

  // Returns nullopt if a parent folder is absent.
  std::optional<Location> find(const std::string& path) const;

  // Like find(), but also refuses the root itself, which has no name that could be changed.
  std::optional<Location> find_below(const std::string& path) const;

  // Like find_below(), but throws "<what>: No such file or directory" for an absent folder.
  Location find_to_change(const std::string& path, const std::string& what) const;

 private:
  Descriptor fd_;
  std::string name_;
};

}  // namespace walstow
