// An archive in a directory, on any file system that can link without replacing.
//
// Publishing (guarantee 1 of docs/guarantees.md): create a temporary file, fsync it, linkat (fails
// if the name is taken), fsync its folder and every folder above. directory_backend.cc explains
// each step.
#pragma once

#include <memory>
#include <string>

#include "proto/files/file_system.h"
#include "store/backend/backend.h"
#include "store/backend/space_reserve.h"

namespace walstow {

// Takes ownership of `files`, which is rooted at the archive's folder. The first stage() probes the
// file system and removes the temporary files of dead writers; reading needs neither. check_room()
// also makes a missing reserve. Without `space`, there is no reserve, and check_room() always
// succeeds.
std::unique_ptr<Backend> make_directory_backend(std::unique_ptr<FileSystem> files,
                                                SpaceProbe space = {});

// Throws Error{kStorage} with a hint if the archive's file system replaces existing names, or does
// not support hard links.
void probe_directory(FileSystem& files);

}  // namespace walstow
