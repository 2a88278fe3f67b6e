// The status of many files of one folder, for whoever lists it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "proto/base/file_system.h"

namespace walstow {

// As FileSystem::status() of each name in `folder` ("." for the root), in their order. Where
// `files` is the kernel's, the folder is opened once and not for each of them, which is most of the
// time.
std::vector<std::optional<FileStatus>> statuses_in(FileSystem& files, const std::string& folder,
                                                   std::span<const std::string> names);

}  // namespace walstow
