// An archive in a folder, as executables open it: by its owner.
#pragma once

#include <memory>
#include <string>

#include "store/archive/archive.h"

namespace walstow {

// Every file of an archive belongs to one user of the operating system. Root becomes that user, for
// the rest of the process's life; anybody else is refused with Error{kUsage}. Call in main(),
// before there are threads. An absent folder is nobody's: nothing happens.
void become_owner_of(const std::string& folder);

// Throws Error{kUnavailable} when the folder or its marker is absent (not mounted). Writes nothing.
std::unique_ptr<Archive> open_archive_folder(const std::string& folder);

// `walstow init`: makes the folder (mode 0750) when it is absent, and the archive in it. Throws
// Error{kRefused} when it holds anything else already. Returns the archive id.
std::string initialize_archive_folder(const std::string& folder);

// The same for an archive whose marker comes later (store/archive/copy_archive.h): nothing is made
// in the folder. Throws Error{kRefused} when it holds anything but the beginning of one.
std::unique_ptr<Backend> begin_archive_folder(const std::string& folder);

// Throws Error{kUnavailable} when it is absent; a marker is not looked for.
std::unique_ptr<Backend> open_folder_backend(const std::string& folder);

}  // namespace walstow
