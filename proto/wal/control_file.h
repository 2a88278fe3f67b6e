// What walstow needs of PostgreSQL's global/pg_control. Pure.
// Source: PostgreSQL src/include/catalog/pg_control.h (ControlFileData) of each release from 9.3 to
// 19, as a 64-bit little-endian server writes it. The system identifier is the first 8 bytes in
// every release; where the segment size is, the file's version tells.
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
  // nullopt: of a release that is newer than this program, or of another kind of machine.
  std::optional<SegmentSize> segment_size;
  // Of the latest checkpoint: the one that the server's data is on. Its place has been the same
  // since 11, so that of a newer release is looked for there. nullopt: of another kind of machine.
  std::optional<Timeline> timeline;
  // Its version was given up by a release that this program knows, so the server is of an older
  // one.
  bool is_of_old_release = false;
};

// nullopt: too short, or an identifier of 0.
std::optional<ControlFile> parse_control_file(ByteView content);

}  // namespace walstow
