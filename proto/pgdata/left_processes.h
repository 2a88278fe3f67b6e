// Processes that were left behind. A walstowd of the local link waits in the kernel while the
// archive's file system does not answer (an NFS server that is away); not even SIGKILL ends it
// before. Its command must end all the same, and PostgreSQL calls again every few seconds. So a
// command notes the process that it leaves in the spool folder. While the process lives, no call
// starts another one for the same data directory and archive.
//
// A call may leave one process per connection. Each has its own record, and new calls are refused
// until the last one ends. Not recorded: processes left by a command that is itself killed while it
// waits, and by a prefetcher that exits.
//
// A record counts until the next boot, and for the very process only: its number may mean another
// one by then. It does not count once the archive's path lies on another file system ("umount -l",
// and a good one mounted there). Symbolic links in the path are not followed, since that would ask
// the file system that hangs: what is mounted behind one is not seen, and the record's file must be
// removed by hand. What cannot be told lets the record count. Nothing here waits for the archive's
// file system. Threads and processes: any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "proto/base/boot_id.h"
#include "proto/base/mounted_device.h"
#include "proto/base/process_start.h"
#include "proto/files/file_system.h"

namespace walstow {

// A walstowd that could not be ended.
struct LeftProcess {
  std::uint64_t process = 0;
  std::string archive;  // as set
  std::string device;   // device_of_archive() when it was started
};

// What the kernel tells of processes and mounts; a test tells it in its place.
struct KernelView {
  std::function<std::string()> boot_id = walstow::boot_id;
  std::function<std::optional<std::string>(std::uint64_t)> process_start = walstow::process_start;
  std::function<bool()> proc_shows_own_numbers = walstow::proc_shows_own_numbers;
  std::function<std::string(const std::string&)> mounted_device = walstow::mounted_device;
};

// The device of the file system that `archive`, as set, lies on. "": it cannot be told.
std::string device_of_archive(const std::string& archive);

// Notes that `left` could not be ended; one that has ended meanwhile is not noted. Not durable.
// Trouble (usually a full file system) is logged as a warning, and nothing is noted then.
void note_left_process(FileSystem& wal_folder, const LeftProcess& left,
                       const KernelView& kernel = {}) noexcept;

// Throws Error{kUnavailable} while a process that was noted for `archive`, in whatever spelling,
// has not ended; it names the one that was left first. Removes the records that count no more, and
// what is no record. A folder that cannot be read counts as empty. Without records this costs one
// open that fails.
void refuse_beside_left_process(FileSystem& wal_folder, const std::string& archive,
                                const KernelView& kernel = {});

}  // namespace walstow
