// An archive in a folder, as its owner's programs open it.
#pragma once

#include <memory>
#include <string>

#include "store/archive/archive.h"

namespace walstow {

// One user of the operating system owns all files of an archive. Root becomes that user, for the
// rest of the process's life; any other user is refused with Error{kUsage}. Call in main(), before
// there are threads. If the folder is absent, this does nothing.
void become_owner_of(const std::string& folder);

// Throws Error{kUnavailable} if the folder or its marker is absent (not mounted). Writes nothing.
std::unique_ptr<Archive> open_archive_folder(const std::string& folder);

// For `walstow init`: makes the folder (mode 0750) if it is absent, and the archive in it. Throws
// Error{kRefused} if it holds anything else already. Returns the archive id.
std::string initialize_archive_folder(const std::string& folder);

// As above, for an archive whose marker is written later (store/archive/copy_archive.h): creates
// nothing in the folder. Throws Error{kRefused} if the folder holds anything but an unfinished
// archive.
std::unique_ptr<Backend> begin_archive_folder(const std::string& folder);

// Throws Error{kUnavailable} if the folder is absent. Does not look for a marker.
std::unique_ptr<Backend> open_folder_backend(const std::string& folder);

}  // namespace walstow
