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

// sizeof(XLogRecord). Its last field is a checksum. It covers the bytes after the header, followed
// by the header's bytes before the checksum.
inline constexpr std::size_t kRecordHeaderSize = 24;
inline constexpr std::size_t kRecordChecksumOffset = 20;

// Consecutive bytes of a record, reduced to the data from which its checksum is computed: the first
// bytes, and the CRC-32C of the rest.
struct RecordPiece {
  std::uint64_t size = 0;                            // bytes
  std::array<std::byte, kRecordHeaderSize> first{};  // the first bytes of the piece
  std::uint32_t crc = 0;                             // the CRC-32C of the bytes after `first`
  bool operator==(const RecordPiece&) const = default;
};

// Returns whether a complete record matches its own checksum.
bool checksum_agrees(const RecordPiece& record);

// How a segment connects to its neighbours.
struct SegmentEdges {
  enum class Start {
    kUnknown,
    kBegins,     // the segment begins with a record of its own
    kContinues,  // the segment begins inside an earlier record, with `rest`
    kBreaksOff,  // like kContinues, but the segment is damaged before the end of that record
    // The server crashed, so the record of the earlier segment never continues.
    kGivesUp,
  };
  enum class Finish {
    kUnknown,  // the segment is damaged, or the form of its records is unknown
    kEnds,     // the segment is unfinished: the server has written nothing beyond `stops`
    // The records stop in the last page, at `stops`, and bytes other than zeros follow.
    kStops,
    kWhole,  // no record continues in the next segment
    // A record continues in the next segment. That record is `open`. If `open` is nullopt, it is
    // the record to which `rest` belongs.
    kOpen,
  };
  struct Open {
    Lsn start;                    // where the record begins
    std::uint64_t remaining = 0;  // the number of bytes of the record that are still missing
    RecordPiece piece;            // the bytes of the record that have arrived
    bool operator==(const Open&) const = default;
  };
  Lsn begin;  // of the segment
  Start start = Start::kUnknown;
  // kContinues: how many bytes of the record are still missing at the segment's start, according to
  // the first page.
  std::uint64_t announced = 0;
  RecordPiece rest;  // kContinues: the missing bytes that this segment contains
  Finish finish = Finish::kUnknown;
  std::optional<Open> open;
  // The position at which a reader stops if it has nothing after this segment. For kStops and
  // kEnds, this is where the next record would begin, or where an incomplete record begins. For
  // every other `finish`, it is only the position up to which the records were followed.
  Lsn stops;
  // The position of the previous record, as the first record that begins in this segment gives it.
  std::optional<Lsn> first_names;
  std::optional<Lsn> last;  // where the last record begins
  // Returns whether one record begins before this segment and ends after it.
  bool passes_through() const { return finish == Finish::kOpen && !open; }
  bool operator==(const SegmentEdges&) const = default;
};

// Follows the records from segment to segment, and checks them.
class RecordsAcrossSegments {
 public:
  // Adds the next segment to the chain. Returns the position where a reader would stop:
  //   at a record that does not continue here as it should, or whose checksum fails now that it is
  //     complete;
  //   where the previous segment stopped, if the server nevertheless continued here;
  //   at the segment's beginning, if its content does not follow the previous segment.
  // Returns nullopt if a reader would not stop, or if that is unknown, as after an unfinished
  // segment.
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
