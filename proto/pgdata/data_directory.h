// The server for which walstow-archive and walstow-restore run. Its data directory shows which
// cluster it is, and what it is doing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wal/control_file.h"

namespace walstow {

// What the server is doing. It decides which exit codes are safe for a failed restore.
enum class RecoveryMode {
  kStandby,   // standby.signal exists, with or without recovery.signal
  kRecovery,  // recovery.signal alone
  kTool,      // neither: a primary, or a tool like pg_rewind, or no data directory at all
};

std::string_view to_string(RecoveryMode mode);  // "standby", "recovery", "tool"

// Returns the data directory: `pgdata` unless empty; else the parent of the folder of `wal_path`
// (%p) as written, before symbolic links are resolved (pg_wal may be one). For a relative path,
// that parent counts only if it contains a control file; else the result is the working directory,
// in which PostgreSQL runs the commands.
std::string find_data_directory(const std::string& pgdata, const std::string& wal_path);

// Returns whether its control file exists, or cannot be checked.
bool is_data_directory(const std::string& path) noexcept;

// Decides by the signal files; before PostgreSQL 12, by standby_mode in recovery.conf. When a file
// cannot be checked, the mode is kRecovery. A server that stops needlessly can be started again;
// one that opens with a part of its data cannot be fixed.
RecoveryMode recovery_mode(const std::string& data_directory) noexcept;

// Returns whether a server runs in it, or ended without removing its postmaster.pid.
bool has_server(const std::string& data_directory) noexcept;

// The contents of a server's postmaster.pid.
struct Postmaster {
  std::uint64_t process =
      0;                  // as the server sees itself: 1 where it is a container's first process
  bool stopping = false;  // it was asked to stop; known from PostgreSQL 10 on
};
// nullopt: the file is absent, or cannot be read.
std::optional<Postmaster> read_postmaster(const std::string& data_directory) noexcept;

// nullopt: no data directory. Where this program does not know the control file's release, it takes
// the segment size from the segments in pg_wal, if there are any. Throws Error{kStorage} when
// global/pg_control cannot be read, and Error{kInvalid} when it is not a control file.
std::optional<ControlFile> read_control_file(const std::string& data_directory);

// Identifies the cluster of a request.
struct ServerIdentity {
  std::optional<std::uint64_t> system_identifier;
  std::optional<SegmentSize> segment_size;
  std::optional<Timeline> timeline;  // the data's current one
  bool is_of_old_release = false;    // ControlFile
};

// Reads the data directory's control file. `system` (the value of --system) overrides the
// identifier unless it is empty. Throws as read_control_file(), and Error{kUsage} when `system` is
// not an identifier.
ServerIdentity find_server_identity(const std::string& data_directory, const std::string& system);

}  // namespace walstow
