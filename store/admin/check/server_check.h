// Examines a server on its own host: its settings, the files that wait to be archived, its disk,
// and whether a restore works.
#pragma once

#include <string>

#include "proto/base/deadline.h"
#include "proto/base/descriptor.h"
#include "store/admin/check/backlog_findings.h"
#include "store/admin/check/check_result.h"
#include "store/admin/check/command_findings.h"

namespace walstow {

struct ServerCheckRequest {
  // The newest segment in the archive. The check restores it if pg_wal contains no archived
  // segment. "": unknown.
  std::string newest_archived;
  // A shell command with %f and %p. It restores the file if the server's restore_command does not
  // run walstow.
  std::string own_restore_command;
  ExaminedArchive archive;
  WaitLimits limits;
  Deadline deadline;
};

// Opens a data directory once: nobody can replace it later by renaming another one.
//
// A process of root switches permanently to the user and the groups of the directory's owner,
// because the server's commands run as that user, and postgres refuses to run as root.
// Throws Error{kUsage} for a directory of root, for a directory that other users can write to
// (PostgreSQL refuses it as well), and if the process runs as any other user.
Descriptor open_as_its_owner(const std::string& data_directory);

// Call it with the data directory as the working folder. If a part cannot be examined, this is a
// finding, and the other parts are examined nevertheless. Throws Error{kUsage} if it is not a data
// directory.
void check_server(const ServerCheckRequest& request, CheckResult& result);

}  // namespace walstow
