// Finds the file system of a path without asking that file system, which may not answer.
#pragma once

#include <string>
#include <string_view>

namespace walstow {

// Returns the number of the mounted device that contains `path`, "MAJOR:MINOR". Each mounted file
// system, NFS included, has its own number, which does not change while a process uses it. `path`
// is absolute and normalized() (proto/base/filesystem.h). Symbolic links are not followed, since
// that asks the file system: a path through a link counts as being where the link is. Returns "" if
// the device is unknown.
//
// The id of a mount is not suitable: it differs in each mount namespace.
std::string mounted_device(const std::string& path);

// Like mounted_device(), but reads `mountinfo`, the content of /proc/self/mountinfo (proc(5)).
std::string parse_mounted_device(std::string_view mountinfo, std::string_view path);

}  // namespace walstow
