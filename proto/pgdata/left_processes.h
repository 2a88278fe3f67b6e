// Records the processes that commands have left behind. While an archive's file system does not
// answer (an unreachable NFS server), a walstowd of the local link waits in the kernel, and not
// even SIGKILL ends it. The command that started it must end nevertheless, and PostgreSQL calls it
// again every few seconds. So the command records in the spool folder which process it leaves
// behind. While the process lives, no call starts another one for the same data directory and
// archive.
//
// A call may leave one process per connection. Each process has its own record, and new calls are
// refused until the last one ends. Two kinds of processes are not recorded: processes of a command
// that is itself killed while it waits, and processes of a prefetcher that exits.
//
// A record counts until the next boot, and only while exactly this process exists: its number may
// belong to another process later. It no longer counts if the archive's path is on another file
// system (after "umount -l" and the mount of another file system). Symbolic links in the path are
// not followed, since that would ask the file system that hangs. So a mount behind a link is not
// noticed, and the administrator must remove the record's file. If the state of the process is
// unknown, the record counts. Nothing here waits for the archive's file system. Threads and
// processes: any.
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

// A walstowd that a command could not end.
struct LeftProcess {
  std::uint64_t process = 0;
  std::string archive;  // as in the setting "store"
  std::string device;   // device_of_archive() when the process was started
};

// The kernel's information about processes and mounts; a test replaces it.
struct KernelView {
  std::function<std::string()> boot_id = walstow::boot_id;
  std::function<std::optional<std::string>(std::uint64_t)> process_start = walstow::process_start;
  std::function<bool()> proc_shows_own_numbers = walstow::proc_shows_own_numbers;
  std::function<std::string(const std::string&)> mounted_device = walstow::mounted_device;
};

// Returns the device of the file system that holds `archive`, a value of the setting "store".
// Returns "" if the device is unknown.
std::string device_of_archive(const std::string& archive);

// Records that the process `left` could not be ended, unless it has ended meanwhile. The record is
// not durable. If it cannot be written (usually because the file system is full), logs a warning.
void note_left_process(FileSystem& wal_folder, const LeftProcess& left,
                       const KernelView& kernel = {}) noexcept;

// Throws Error{kUnavailable} while a process that was recorded for `archive`, in any spelling of
// its path, has not ended. The error names the process that was left behind first. Removes records
// that no longer count, and files that are not records. An unreadable folder counts as empty. If
// there are no records, this costs only one open() that fails.
void refuse_beside_left_process(FileSystem& wal_folder, const std::string& archive,
                                const KernelView& kernel = {});

}  // namespace walstow
