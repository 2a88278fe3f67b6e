// Records that begin in one segment and end in a later one: the part that each segment contains,
// and whether the parts form a valid record. Pure.
// Source: PostgreSQL src/include/access/xlogrecord.h (XLogRecord), xlog_internal.h (xlp_rem_len,
// XLP_FIRST_IS_CONTRECORD, XLP_FIRST_IS_OVERWRITE_CONTRECORD), src/backend/access/transam/
// xlogreader.c (XLogDecodeNextRecord, ValidXLogRecord).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "proto/base/bytes.h"
#include "proto/wal/lsn.h"

namespace walstow {

// sizeof(XLogRecord). Its last field is the checksum of the bytes after the header, followed by
// those before the checksum.
inline constexpr std::size_t kRecordHeaderSize = 24;
inline constexpr std::size_t kRecordChecksumOffset = 20;

// Consecutive bytes, reduced to what their checksum needs: the first ones themselves, and the
// CRC-32C of the rest.
struct RecordPiece {
  std::uint64_t size = 0;                            // bytes
  std::array<std::byte, kRecordHeaderSize> first{};  // the first ones of them
  std::uint32_t crc = 0;                             // of the bytes after `first`
  bool operator==(const RecordPiece&) const = default;
};

// Returns whether a complete record matches its own checksum.
bool checksum_agrees(const RecordPiece& record);

// How a segment connects to its neighbours.
struct SegmentEdges {
  enum class Start {
    kUnknown,
    kBegins,     // with a record of its own
    kContinues,  // an earlier record, with `rest`
    kBreaksOff,  // as kContinues, but the segment is damaged before the end of that record
    kGivesUp,    // the server crashed, and the earlier record will never continue
  };
  enum class Finish {
    kUnknown,  // damaged, or of a release whose records are unknown
    kEnds,     // unfinished: the server had not written beyond `stops`
    kStops,    // in its last page, at `stops`, followed by something other than zeros
    kWhole,    // no record continues after it
    kOpen,     // a record does: `open`, or if that is nullopt, the one of `rest`
  };
  struct Open {
    Lsn start;                    // where the record begins
    std::uint64_t remaining = 0;  // its bytes that are still missing
    RecordPiece piece;            // the bytes that have arrived
    bool operator==(const Open&) const = default;
  };
  Lsn begin;  // of the segment
  Start start = Start::kUnknown;
  std::uint64_t announced = 0;  // kContinues: the missing bytes, according to the first page
  RecordPiece rest;             // kContinues: those of them that have arrived
  Finish finish = Finish::kUnknown;
  std::optional<Open> open;
  // Where a reader stops that has nothing after this segment: where the next record would begin, or
  // where the record begins whose rest is missing. This holds for kStops and kEnds. For other ends,
  // it is only the position up to which the records were followed.
  Lsn stops;
  std::optional<Lsn> first_names;  // the predecessor that the first record that begins here names
  std::optional<Lsn> last;         // where the last record begins
  // Returns whether one record begins before the segment and ends after it.
  bool passes_through() const { return finish == Finish::kOpen && !open; }
  bool operator==(const SegmentEdges&) const = default;
};

// Checks the records from segment to segment.
class RecordsAcrossSegments {
 public:
  // Adds the next segment. Returns where a reader would stop:
  //   at a record that does not continue here as it should, or whose checksum fails now that it is
  //     complete;
  //   where the segment before stopped, when the server continued here;
  //   at the segment's beginning, when its content follows something else.
  // nullopt: nowhere, or unknown, as after an unfinished segment.
  std::optional<Lsn> add(const SegmentEdges& edges);

 private:
  enum class State { kUnknown, kWhole, kOpen, kStopped };
  std::optional<Lsn> join(const SegmentEdges& edges);

  State state_ = State::kUnknown;
  SegmentEdges::Open open_;  // kOpen
  Lsn stopped_at_;           // kStopped
  std::optional<Lsn> last_;  // where the last record so far begins
};

}  // namespace walstow
