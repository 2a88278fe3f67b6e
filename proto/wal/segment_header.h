// The header of a segment's first page: which server wrote it, and where it belongs. Pure.
// Source: PostgreSQL src/include/access/xlog_internal.h (XLogPageHeaderData,
// XLogLongPageHeaderData, XLOG_PAGE_MAGIC of each release). WAL is in the byte order of the server
// that wrote it; little-endian 64-bit servers are supported.
//
// The layout has been the same since 9.3; only the magic number differs between releases. So
// walstow also accepts segments from a release newer than this program: archiving must not stop on
// the day of an upgrade. walstow knows only the page header of such a segment, and checks it more
// strictly: it must have no flag that PostgreSQL 19 does not know, and its system identifier must
// be compared with a known one. It never reads the records, so it treats two such segments as the
// same only if all of their bytes are equal (segment_end.h).
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
  // "15" or "9.3", for example: it follows from the magic number. "": a release newer than
  // newest_known_release().
  std::string_view release;
  bool is_newer_release() const { return release.empty(); }
  // The timeline of the page. After a timeline switch, it is older than the timeline in the file's
  // name.
  Timeline timeline;
  Lsn page_address;  // the segment's first position
  std::uint64_t system_identifier = 0;
  SegmentSize segment_size;
  std::uint32_t page_size = 0;  // bytes
};

// A header, or the reason why the bytes are not a header ("is not a WAL segment: page magic 0x0000
// belongs to no PostgreSQL release from 9.3 to 19").
struct SegmentHeaderResult {
  std::optional<SegmentHeader> header;
  std::string problem;
  // A sentence that is set if there is a problem that is not damage.
  std::string hint;
};
SegmentHeaderResult parse_segment_header(ByteView first_bytes);

std::string_view newest_known_release();  // "19"

// The values with which a segment or .partial must agree: its name, its size, and the properties of
// its cluster.
struct SegmentExpectation {
  WalFileName name;                                // kSegment or kPartial
  std::uint64_t file_size = 0;                     // bytes
  std::optional<std::uint64_t> system_identifier;  // system identifier of the cluster, if known
};
// Returns nullopt if everything agrees. Otherwise, returns one clause that names the disagreement,
// with both values. The page's timeline may be older than the name's, but not newer: the first page
// of a segment that was copied at a timeline switch has the older timeline.
std::optional<std::string> check_segment_header(const SegmentHeader& header,
                                                const SegmentExpectation& expected);

}  // namespace walstow
