// An archive in a directory, on any file system that can link without replacing.
//
// Publishing (guarantee 1 of docs/guarantees.md): temporary -> fsync -> linkat (fails when the name
// is taken) -> fsync of its folder and of every folder above. directory_backend.cc explains each
// step.
#pragma once

#include <memory>
#include <string>

#include "proto/files/file_system.h"
#include "store/backend/backend.h"
#include "store/backend/space_reserve.h"

namespace walstow {

// Takes ownership. `files` is rooted at the archive's folder. The first stage() probes the file
// system and removes the temporaries of dead writers; reading works without it. check_room() also
// makes a missing reserve. Without a `space` there is no reserve, and there is always room.
std::unique_ptr<Backend> make_directory_backend(std::unique_ptr<FileSystem> files,
                                                SpaceProbe space = {});

// Throws Error{kStorage} with a hint when the archive's file system replaces existing names or
// cannot link.
void probe_directory(FileSystem& files);

}  // namespace walstow
