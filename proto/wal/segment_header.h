// The header of a segment's first page: which server wrote it, and where it belongs. Pure.
// Source: PostgreSQL src/include/access/xlog_internal.h (XLogPageHeaderData,
// XLogLongPageHeaderData, XLOG_PAGE_MAGIC of each release). WAL is in the byte order of the server
// that wrote it; little-endian 64-bit servers are supported.
//
// The layout has been the same since 9.3, and only the magic number differs between releases. So
// walstow also accepts segments of a release newer than this program: archiving must not stop on
// the day of an upgrade. walstow knows only the page header of such a segment, and requires more of
// it: no flag that PostgreSQL 19 does not know, and a server whose system identifier it can
// compare. It never reads the records, so it treats two such segments as the same only if all of
// their bytes are equal (segment_end.h).
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
  // "15", "9.3"; from the magic number. "": a release newer than newest_known_release().
  std::string_view release;
  bool is_newer_release() const { return release.empty(); }
  Timeline timeline;  // of the page: older than the file's after a timeline switch
  Lsn page_address;   // the segment's first position
  std::uint64_t system_identifier = 0;
  SegmentSize segment_size;
  std::uint32_t page_size = 0;  // bytes
};

// A header, or the reason why the bytes are not one ("is not a WAL segment: page magic 0x0000 is of
// no PostgreSQL release from 9.3 to 19").
struct SegmentHeaderResult {
  std::optional<SegmentHeader> header;
  std::string problem;
  std::string hint;  // with a problem, if the file is not damaged; a sentence
};
SegmentHeaderResult parse_segment_header(ByteView first_bytes);

std::string_view newest_known_release();  // "19"

// The values with which a segment or .partial must agree: its name and its surroundings.
struct SegmentExpectation {
  WalFileName name;                                // kSegment or kPartial
  std::uint64_t file_size = 0;                     // bytes
  std::optional<std::uint64_t> system_identifier;  // of the cluster, if known
};
// nullopt: everything agrees. Otherwise, one clause that names the disagreement, with both values.
// The page's timeline must not be newer than the name's: the first page of a segment that was
// copied at a timeline switch has the older timeline.
std::optional<std::string> check_segment_header(const SegmentHeader& header,
                                                const SegmentExpectation& expected);

}  // namespace walstow
