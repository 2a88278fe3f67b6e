// An archive in a folder, and how its owner's programs open it.
#pragma once

#include <memory>
#include <string>

#include "store/archive/archive.h"

namespace walstow {

// One user of the operating system owns all files of an archive. If root runs the process, it
// becomes that user for the rest of its life. Throws Error{kUsage} for any other user. Call it in
// main(), before there are threads. If the folder is absent, it does nothing.
void become_owner_of(const std::string& folder);

// Throws Error{kUnavailable} if the folder or its marker is absent (for example because it is not
// mounted). Writes nothing.
std::unique_ptr<Archive> open_archive_folder(const std::string& folder);

// For `walstow init`: creates the folder (mode 0750) if it is absent, and the archive in it. Throws
// Error{kRefused} if the folder contains anything already. Returns the archive id.
std::string initialize_archive_folder(const std::string& folder);

// Like initialize_archive_folder(), but for an archive whose marker is written later
// (store/archive/copy_archive.h). Creates nothing in the folder. Throws Error{kRefused} if the
// folder contains anything but an unfinished archive.
std::unique_ptr<Backend> begin_archive_folder(const std::string& folder);

// Throws Error{kUnavailable} if the folder is absent. Does not look for a marker.
std::unique_ptr<Backend> open_folder_backend(const std::string& folder);

}  // namespace walstow
