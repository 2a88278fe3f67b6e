// Keys in byte order from a tree of folders.
#pragma once

#include <string>
#include <vector>

#include "proto/files/file_system.h"
#include "store/backend/backend.h"

namespace walstow {

// Backend::list_after() over `files`. Reads only the folders that can hold what is asked for, and
// asks for the status only of what comes up: a page of a large archive costs about as much as one
// of a small one. What is removed while it looks is left out.
std::vector<Entry> list_directory(FileSystem& files, const std::string& prefix,
                                  const std::string& after, std::size_t limit);

// Backend::folders() over `files`.
std::vector<Folder> list_folders(FileSystem& files, const std::string& prefix);

}  // namespace walstow
