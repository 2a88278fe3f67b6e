// Locks of whole open files (flock).
#pragma once

#include <memory>
#include <string>

#include "proto/base/descriptor.h"
#include "proto/files/file_system.h"

namespace walstow {

// Takes an exclusive lock (flock) on the open file, without a wait. False: another open file holds
// it. `label` names the file in messages. Throws Error{kStorage}.
bool try_lock(int fd, const std::string& label);

// Takes over `fd`, which try_lock() has locked. Released when the result is destroyed.
std::unique_ptr<FileLock> make_posix_lock(Descriptor fd);

}  // namespace walstow
