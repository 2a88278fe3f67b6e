// What walstow needs of PostgreSQL's global/pg_control. Pure.
// Source: PostgreSQL src/include/catalog/pg_control.h (ControlFileData): the system identifier is
// the first 8 bytes in every release; the segment size follows the floating-point probe
// (FLOATFORMAT_VALUE 1234567.0), whose offset differs by release and is searched for.
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
  std::optional<SegmentSize> segment_size;  // nullopt: not found
};

// nullopt: too short, or an identifier of 0.
std::optional<ControlFile> parse_control_file(ByteView content);

}  // namespace walstow
