// Reads files that the kernel generates on each read: /proc/PROCESS/stat and the like.
#pragma once

#include <optional>
#include <string>

namespace walstow {

// Returns the whole content. Returns nullopt if there is no such file, or if its process has ended.
// Throws Error{kStorage} if the file cannot be read for another reason (no descriptor left, no
// permission).
std::optional<std::string> read_proc_file(const std::string& path);

}  // namespace walstow
