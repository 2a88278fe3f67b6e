// Which file system a path lies on, without asking that file system: it may not answer.
#pragma once

#include <string>
#include <string_view>

namespace walstow {

// The number of the device that is mounted where `path` lies, "MAJOR:MINOR". Each mounted file
// system has a number of its own, NFS too, and the same for as long as a process uses it. `path` is
// absolute and normalized() (proto/base/filesystem.h). Symbolic links are not followed, since that
// asks the file system: a path through one counts as where the link is. "": it cannot be told.
//
// The id of a mount would not do: it differs in each mount namespace.
std::string mounted_device(const std::string& path);

// The same, of the content of /proc/self/mountinfo (proc(5)).
std::string parse_mounted_device(std::string_view mountinfo, std::string_view path);

}  // namespace walstow
