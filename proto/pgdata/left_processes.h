// Processes that were left behind: a walstowd of the local link whose archive lies on a file system
// that does not answer (an NFS server that is away) waits in the kernel, and not even SIGKILL ends
// it before the file system answers. Its command must end all the same, and PostgreSQL calls again
// every few seconds. So that not every call leaves one more, they are noted in the spool folder,
// and while one of them is there no other is started for the same data directory and archive.
//
// One call may leave several, one for each of its connections; each is noted by itself, and the
// last one to end sets the next call free. Not noted is what a command leaves behind that is ended
// itself while it waits (a fast stop, a time limit around it), or that goes without waiting for its
// other connections or, a prefetcher, for its only one. Each such end leaves as many as it has
// connections, at most.
//
// A record counts until the next boot, and for the very process only: its number may mean another
// one by then. Nothing waits here for the archive's file system. Threads and processes: any.
#pragma once

#include <cstdint>
#include <string>

#include "proto/files/file_system.h"

namespace walstow {

// Notes that `process`, a walstowd of `archive`, could not be ended. Not durable. Trouble (a full
// file system, usually) is told as a warning, and nothing is noted then.
void note_left_process(FileSystem& wal_folder, std::uint64_t process,
                       const std::string& archive) noexcept;

// Throws Error{kUnavailable} while a process that was noted for `archive` has not ended; it names
// the one that was left first. Removes the records of those that have ended, of other boots, and
// what is no record. A folder that cannot be read counts as empty. Without records this costs one
// open that fails.
void refuse_beside_left_process(FileSystem& wal_folder, const std::string& archive);

}  // namespace walstow
