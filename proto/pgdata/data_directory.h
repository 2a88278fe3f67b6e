// The server for which walstow-archive and walstow-restore run. The data directory shows to which
// cluster the server belongs, and what the server is doing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wal/control_file.h"

namespace walstow {

// What the server is currently doing. It decides which exit codes are safe for a failed restore.
enum class RecoveryMode {
  kStandby,   // standby.signal exists, with or without recovery.signal
  kRecovery,  // only recovery.signal exists
  // Neither file exists: the data directory belongs to a primary, is used by a tool like pg_rewind,
  // or does not exist.
  kTool,
};

std::string_view to_string(RecoveryMode mode);  // "standby", "recovery", "tool"

// Returns the data directory. It is `pgdata`, unless that is empty. Otherwise it is the parent of
// the folder that contains `wal_path` (%p), as the path is written: symbolic links are not
// resolved, since pg_wal may be one. If `wal_path` is relative, that parent counts only if it
// contains a control file. Otherwise the result is the working directory, in which PostgreSQL runs
// the commands.
std::string find_data_directory(const std::string& pgdata, const std::string& wal_path);

// Returns whether `path` contains a control file. If that cannot be checked, returns true.
bool is_data_directory(const std::string& path) noexcept;

// The signal files decide; before PostgreSQL 12, standby_mode in recovery.conf decides. If a file
// cannot be checked, the mode is kRecovery. A server that stops needlessly can be started again,
// but a server that has opened with only part of its data cannot be repaired.
RecoveryMode recovery_mode(const std::string& data_directory) noexcept;

// Returns whether a server runs in the data directory, or ended without removing its
// postmaster.pid.
bool has_server(const std::string& data_directory) noexcept;

// The contents of a server's postmaster.pid.
struct Postmaster {
  std::uint64_t process =
      // The process number as the server sees it: 1 if the server is the first process in a
      // container.
      0;
  bool stopping = false;  // the server was asked to stop; only PostgreSQL 10 and later record it
  // When the server was started, in whole seconds. nullopt: the file does not contain it.
  std::optional<std::chrono::system_clock::time_point> started = {};
};
// Returns nullopt if postmaster.pid is absent, or cannot be read.
std::optional<Postmaster> read_postmaster(const std::string& data_directory) noexcept;

// Returns nullopt if there is no data directory. If the control file is from a release that this
// program does not know, the segment size comes from the segments in pg_wal, if there are any.
// Throws Error{kStorage} if global/pg_control cannot be read, and Error{kInvalid} if it is not a
// control file.
std::optional<ControlFile> read_control_file(const std::string& data_directory);

// Returns the time since which the server has received every file that it writes into its pg_wal:
// the end of the second in which it was started, if it has been in recovery since then. An older
// file may be from the server's time as a primary, and then no other server archives that file.
// Returns nullopt if the server is not known to be in recovery. Throws like read_control_file().
std::optional<std::chrono::system_clock::time_point> receives_since(
    const std::string& data_directory);

// The server's identity, which determines the cluster of a request.
struct ServerIdentity {
  std::optional<std::uint64_t> system_identifier;
  std::optional<SegmentSize> segment_size;
  std::optional<Timeline> timeline;  // the current timeline of the data
  bool is_of_old_release = false;    // as in ControlFile
};

// Reads the data directory's control file. `system` (the value of --system) overrides the
// identifier unless it is empty. Throws like read_control_file(), and throws Error{kUsage} if
// `system` is not an identifier.
ServerIdentity find_server_identity(const std::string& data_directory, const std::string& system);

}  // namespace walstow
