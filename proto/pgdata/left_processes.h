// Processes that were left behind. A walstowd of the local link waits in the kernel while the
// archive's file system does not answer (an unreachable NFS server). Not even SIGKILL ends it
// before that. Its command must end nevertheless, and PostgreSQL calls again every few seconds. So
// a command records the process that it leaves in the spool folder. While the process lives, no
// call starts another one for the same data directory and archive.
//
// A call may leave one process per connection. Each has its own record, and new calls are refused
// until the last one ends. Not recorded: processes left by a command that is itself killed while it
// waits, and by a prefetcher that exits.
//
// A record counts until the next boot, and for exactly this process: its number may belong to
// another one by then. It no longer counts when the archive's path is on another file system
// ("umount -l", and a working one mounted there). Symbolic links in the path are not followed,
// since that would ask the file system that hangs. So a mount behind a link is not noticed, and the
// administrator must remove the record's file. When the state is unknown, the record counts.
// Nothing here waits for the archive's file system. Threads and processes: any.
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

// The kernel's information about processes and mounts; a test replaces it.
struct KernelView {
  std::function<std::string()> boot_id = walstow::boot_id;
  std::function<std::optional<std::string>(std::uint64_t)> process_start = walstow::process_start;
  std::function<bool()> proc_shows_own_numbers = walstow::proc_shows_own_numbers;
  std::function<std::string(const std::string&)> mounted_device = walstow::mounted_device;
};

// Returns the device of the file system of `archive`, as set. "": unknown.
std::string device_of_archive(const std::string& archive);

// Records that `left` could not be ended, unless it has ended meanwhile. Not durable. A failure
// (usually a full file system) is logged as a warning, and nothing is recorded then.
void note_left_process(FileSystem& wal_folder, const LeftProcess& left,
                       const KernelView& kernel = {}) noexcept;

// Throws Error{kUnavailable} while a process that was recorded for `archive`, in any spelling, has
// not ended. The error names the process that was left first. Removes records that no longer count,
// and files that are not records. An unreadable folder counts as empty. Without records, this costs
// one open() that fails.
void refuse_beside_left_process(FileSystem& wal_folder, const std::string& archive,
                                const KernelView& kernel = {});

}  // namespace walstow
