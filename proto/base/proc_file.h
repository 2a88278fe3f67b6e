// Files that the kernel makes up when they are read: /proc/PROCESS/stat and the like.
#pragma once

#include <optional>
#include <string>

namespace walstow {

// The whole content. nullopt: there is no such file, or the process that it tells of has ended.
// Throws Error{kStorage} when that cannot be told: no descriptor is left, or no permission.
std::optional<std::string> read_proc_file(const std::string& path);

}  // namespace walstow
