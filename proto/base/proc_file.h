// Reads files that the kernel generates on each read: /proc/PROCESS/stat and the like.
#pragma once

#include <optional>
#include <string>

namespace walstow {

// Returns the whole content. nullopt: there is no such file, or its process has ended. Throws
// Error{kStorage} when that is unknown: no descriptor is left, or no permission.
std::optional<std::string> read_proc_file(const std::string& path);

}  // namespace walstow
