// The parts of PostgreSQL's global/pg_control that walstow needs. Pure.
// Source: PostgreSQL src/include/catalog/pg_control.h (ControlFileData) of each release from 9.3 to
// 19, as a 64-bit little-endian server writes it. The system identifier is the first 8 bytes in
// every release; the offset of the segment size depends on the version of the file's format.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/base/bytes.h"
#include "proto/wal/lsn.h"

namespace walstow {

// The file has PG_CONTROL_FILE_SIZE bytes, but its data is within the first 512
// (PG_CONTROL_MAX_SAFE_SIZE).
inline constexpr std::size_t kControlFileBytes = 512;

struct ControlFile {
  std::uint64_t system_identifier = 0;
  // nullopt: the server's release is newer than this program, or the server's machine is of an
  // unsupported kind.
  std::optional<SegmentSize> segment_size;
  // The timeline of the latest checkpoint, which is the current timeline of the data. Its offset
  // has been the same since PostgreSQL 11, so it is also read in files of newer releases. nullopt:
  // the server's machine is of an unsupported kind.
  std::optional<Timeline> timeline;
  // Whether this program knows a release with a later version of the file's format. If so, the
  // server's release is older.
  bool is_of_old_release = false;
  // Whether the server replays WAL as a standby or for a recovery (DB_IN_ARCHIVE_RECOVERY). The
  // server changes the state when it starts, stops and is promoted. false: the server does not, or
  // its release is newer than this program.
  bool is_in_archive_recovery = false;
};

// Returns nullopt if the content is too short, or its system identifier is 0.
std::optional<ControlFile> parse_control_file(ByteView content);

}  // namespace walstow
