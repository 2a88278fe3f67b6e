// The header of a segment's first page: who wrote it, where it belongs. Pure.
// Source: PostgreSQL src/include/access/xlog_internal.h (XLogPageHeaderData,
// XLogLongPageHeaderData, XLOG_PAGE_MAGIC of each release). WAL is in the byte order of the server
// that wrote it; little-endian servers are supported.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"
#include "proto/wal/file_name.h"
#include "proto/wal/lsn.h"

namespace walstow {

// Bytes needed to read the header (sizeof XLogLongPageHeaderData, 8-byte aligned).
inline constexpr std::size_t kSegmentHeaderSize = 40;

struct SegmentHeader {
  std::uint16_t magic = 0;
  std::string_view release;  // "15", "9.3"; from the magic number
  Timeline timeline;         // of the page: older than the file's after a timeline switch
  Lsn page_address;          // where the segment starts
  std::uint64_t system_identifier = 0;
  SegmentSize segment_size;
};

// Either a header, or why the bytes are not one ("is not a WAL segment: page magic 0x0000 is of no
// PostgreSQL release from 9.3 to 18").
struct SegmentHeaderResult {
  std::optional<SegmentHeader> header;
  std::string problem;
};
SegmentHeaderResult parse_segment_header(ByteView first_bytes);

// What a segment or .partial must agree on with its name and surroundings.
struct SegmentExpectation {
  WalFileName name;                                // kSegment or kPartial
  std::uint64_t file_size = 0;                     // bytes
  std::optional<std::uint64_t> system_identifier;  // of the cluster, when known
};
// nullopt: all is right; else one clause naming what disagrees, both values in it. The page's
// timeline must not be newer than the name's: the first page of a segment copied at a timeline
// switch carries the older timeline.
std::optional<std::string> check_segment_header(const SegmentHeader& header,
                                                const SegmentExpectation& expected);

}  // namespace walstow
