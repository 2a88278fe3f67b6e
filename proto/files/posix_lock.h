// Locks of whole open files (flock).
#pragma once

#include <memory>
#include <string>

#include "proto/base/descriptor.h"
#include "proto/files/file_system.h"

namespace walstow {

// False: another open file holds the lock. `label` names the file in messages.
bool try_lock(int fd, const std::string& label);

// Of a locked file: held until it is destroyed.
std::unique_ptr<FileLock> make_posix_lock(Descriptor fd);

}  // namespace walstow
