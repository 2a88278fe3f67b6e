// The header of a segment's first page: who wrote it, where it belongs. Pure.
// Source: PostgreSQL src/include/access/xlog_internal.h (XLogPageHeaderData,
// XLogLongPageHeaderData, XLOG_PAGE_MAGIC of each release). WAL is in the byte order of the server
// that wrote it; little-endian 64-bit servers are supported.
//
// The layout has been the same since 9.3, and only the magic number tells one release from another.
// So a segment of a release that is newer than this program is taken, too: archiving must not stop
// on the day of an upgrade. walstow knows only the page header of such a segment, and asks more of
// it: no flag that PostgreSQL 19 does not know, and a server to compare the system identifier with.
// It never reads the records, so it takes two such segments for the same only when all of their
// bytes are equal (segment_end.h).
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
  // "15", "9.3"; from the magic number. "" of a release that is newer than newest_known_release().
  std::string_view release;
  bool is_newer_release() const { return release.empty(); }
  Timeline timeline;  // of the page: older than the file's after a timeline switch
  Lsn page_address;   // where the segment starts
  std::uint64_t system_identifier = 0;
  SegmentSize segment_size;
  std::uint32_t page_size = 0;  // bytes
};

// Either a header, or why the bytes are not one ("is not a WAL segment: page magic 0x0000 is of no
// PostgreSQL release from 9.3 to 19").
struct SegmentHeaderResult {
  std::optional<SegmentHeader> header;
  std::string problem;
  std::string hint;  // with a problem, where the file is not damaged; a sentence
};
SegmentHeaderResult parse_segment_header(ByteView first_bytes);

std::string_view newest_known_release();  // "19"

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
