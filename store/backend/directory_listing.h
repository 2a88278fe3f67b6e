// Lists keys in byte order from a tree of folders.
#pragma once

#include <string>
#include <vector>

#include "proto/files/file_system.h"
#include "store/backend/backend.h"

namespace walstow {

// Implements Backend::list_after() over `files`. Reads only folders that can contain requested
// keys, and reads the status only of the names that it lists. So a page of a large archive costs
// about as much as a page of a small archive. Files that are removed during the call are left out.
std::vector<Entry> list_directory(FileSystem& files, const std::string& prefix,
                                  const std::string& after, std::size_t limit);

// Implements Backend::folders() over `files`.
std::vector<Folder> list_folders(FileSystem& files, const std::string& prefix);

}  // namespace walstow
