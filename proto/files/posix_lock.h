// Locks on whole open files (flock).
#pragma once

#include <memory>
#include <string>

#include "proto/base/descriptor.h"
#include "proto/files/file_system.h"

namespace walstow {

// Takes an exclusive lock (flock) on the open file, without waiting. Returns false if somebody else
// holds the lock (in terms of flock: another open file description). `label` names the file in
// messages. Throws Error{kStorage}.
bool try_lock(int fd, const std::string& label);

// Takes ownership of `fd`, which try_lock() has locked. The result's destructor releases the lock.
std::unique_ptr<FileLock> make_posix_lock(Descriptor fd);

}  // namespace walstow
