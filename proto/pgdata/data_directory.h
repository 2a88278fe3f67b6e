// The server that walstow-archive and walstow-restore work for, as its data directory tells it:
// which cluster it is, and what it is doing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wal/control_file.h"

namespace walstow {

// What the server is doing decides what a restore that failed may say.
enum class RecoveryMode {
  kStandby,   // standby.signal stands, also beside recovery.signal
  kRecovery,  // recovery.signal alone
  kTool,      // neither: a primary, or a tool like pg_rewind, or no data directory at all
};

std::string_view to_string(RecoveryMode mode);  // "standby", "recovery", "tool"

// Where the data directory is: `pgdata` unless empty; else the parent of the folder of `wal_path`
// (%p) as written, before symbolic links are resolved (pg_wal may be one); of a relative path only
// when a control file is there, and else the working directory, where PostgreSQL runs the commands.
std::string find_data_directory(const std::string& pgdata, const std::string& wal_path);

// Whether its control file is there, or cannot be looked at.
bool is_data_directory(const std::string& path) noexcept;

// By the signal files; before PostgreSQL 12 by recovery.conf, whose standby_mode tells. Where it
// cannot be told (a file that cannot be looked at), the mode is kRecovery: a server that stops
// without need can be started again, one that opens with a part of its data cannot be mended.
RecoveryMode recovery_mode(const std::string& data_directory) noexcept;

// Whether a server runs in it, or ended without removing its postmaster.pid.
bool has_server(const std::string& data_directory) noexcept;

// What a server's postmaster.pid says of it.
struct Postmaster {
  std::uint64_t process =
      0;                  // as the server sees itself: 1 where it is a container's first process
  bool stopping = false;  // it was asked to end; known from PostgreSQL 10 on
};
// nullopt: there is no such file, or it cannot be read.
std::optional<Postmaster> read_postmaster(const std::string& data_directory) noexcept;

// nullopt: no data directory. Where the control file is of a release that this program does not
// know, the segments in pg_wal tell the segment size, if there are any. Throws Error{kStorage} when
// global/pg_control cannot be read, and Error{kInvalid} when it is not a control file.
std::optional<ControlFile> read_control_file(const std::string& data_directory);

// Which cluster a request is about.
struct ServerIdentity {
  std::optional<std::uint64_t> system_identifier;
  std::optional<SegmentSize> segment_size;
  std::optional<Timeline> timeline;  // that the data is on
  bool is_of_old_release = false;    // ControlFile
};

// From the data directory's control file; `system` (the value of --system) overrides the identifier
// unless it is empty. Throws as read_control_file, and Error{kUsage} when `system` is no
// identifier.
ServerIdentity find_server_identity(const std::string& data_directory, const std::string& system);

}  // namespace walstow
