// Restores one archived segment into a scratch folder, with the server's own restore_command.
#pragma once

#include <optional>
#include <string>

#include "proto/base/deadline.h"
#include "proto/files/file_system.h"
#include "proto/wal/file_name.h"
#include "store/admin/check/check_result.h"

namespace walstow {

// Replaces %f, %p, %r and %% like PostgreSQL (src/common/archive.c, BuildRestoreCommand()). Pure.
std::string restore_command_line(std::string_view command, const std::string& file,
                                 const std::string& path);

struct TrialRequest {
  std::string command;  // a shell command with %f and %p
  WalFileName file;
  FileSystem& wal_folder;  // pg_wal, which may still have the same segment
  std::optional<std::uint64_t> system_identifier;
  Deadline deadline;
};

// Compares the restored file with the one in pg_wal; if that one is recycled, checks the header.
// The trial runs outside of the data directory, so that neither the spool nor the server's position
// in the archive changes. It leaves nothing behind: if a signal of proto/program/stop_signal.h
// arrives, the trial cleans up, and then ends the process by that signal. From this call on, the
// process catches these signals. If the process is killed, a later check removes the scratch
// folder.
void add_restore_trial(const TrialRequest& request, CheckResult& result);

}  // namespace walstow
