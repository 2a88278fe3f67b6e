// The parts of PostgreSQL's global/pg_control that walstow needs. Pure.
// Source: PostgreSQL src/include/catalog/pg_control.h (ControlFileData) of each release from 9.3 to
// 19, as a 64-bit little-endian server writes it. The system identifier is the first 8 bytes in
// every release; the offset of the segment size depends on the file's version.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/base/bytes.h"
#include "proto/wal/lsn.h"

namespace walstow {

// PG_CONTROL_FILE_SIZE; the data is within the first 512 bytes (PG_CONTROL_MAX_SAFE_SIZE).
inline constexpr std::size_t kControlFileBytes = 512;

struct ControlFile {
  std::uint64_t system_identifier = 0;
  // nullopt: the release is newer than this program, or the machine is of another kind.
  std::optional<SegmentSize> segment_size;
  // The latest checkpoint's timeline: the data's current one. Its offset has been the same since
  // 11, so it is read there for newer releases, too. nullopt: a machine of another kind.
  std::optional<Timeline> timeline;
  // A release that this program knows has replaced the file's version, so the server is older.
  bool is_of_old_release = false;
};

// nullopt: too short, or an identifier of 0.
std::optional<ControlFile> parse_control_file(ByteView content);

}  // namespace walstow
