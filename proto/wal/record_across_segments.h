// Records that begin in one segment and end in a later one: what each segment has of them, and
// whether the pieces make a record. Pure.
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

// sizeof(XLogRecord). Its checksum is the last of it, and is of what follows, then of what is
// before it.
inline constexpr std::size_t kRecordHeaderSize = 24;
inline constexpr std::size_t kRecordChecksumOffset = 20;

// Some bytes one after the other, as far as a checksum over them needs to know them: the first ones
// themselves, the rest by their CRC-32C.
struct RecordPiece {
  std::uint64_t size = 0;                            // bytes
  std::array<std::byte, kRecordHeaderSize> first{};  // of them, the first so many
  std::uint32_t crc = 0;                             // of those behind `first`
  bool operator==(const RecordPiece&) const = default;
};

// Whether a whole record has the bytes that its own checksum is of.
bool checksum_agrees(const RecordPiece& record);

// How a segment joins its neighbours.
struct SegmentEdges {
  enum class Start {
    kUnknown,
    kBegins,     // with a record of its own
    kContinues,  // a record of before, by `rest`
    kBreaksOff,  // as kContinues, but the segment is damaged before the end of that record
    kGivesUp,    // the server crashed, and the record of before will never go on
  };
  enum class Finish {
    kUnknown,  // damaged, or of a release whose records nobody knows
    kEnds,     // unfinished: the server had not written further than `stops`
    kStops,    // in its last page, at `stops`, where something else than zeros follows
    kWhole,    // no record goes on behind it
    kOpen,     // one does: `open`, or where that is nullopt the one of `rest`
  };
  struct Open {
    Lsn start;                    // where the record begins
    std::uint64_t remaining = 0;  // its bytes that are still to come
    RecordPiece piece;            // what came
    bool operator==(const Open&) const = default;
  };
  Lsn begin;  // of the segment
  Start start = Start::kUnknown;
  std::uint64_t announced = 0;  // kContinues: bytes that are still to come, says the first page
  RecordPiece rest;             // kContinues: what has come of them
  Finish finish = Finish::kUnknown;
  std::optional<Open> open;
  // Where a reader ends that has nothing behind this segment: where a record would begin, or where
  // the one begins whose rest is missing. Of kStops and kEnds; of others it says only how far the
  // records were followed.
  Lsn stops;
  std::optional<Lsn> first_names;  // what the first record that begins here has for the one before
  std::optional<Lsn> last;         // where the last one begins
  // One record begins before the segment and ends behind it.
  bool passes_through() const { return finish == Finish::kOpen && !open; }
  bool operator==(const SegmentEdges&) const = default;
};

// Goes from segment to segment.
class RecordsAcrossSegments {
 public:
  // The next segment. Where a reader ends: at a record that does not go on here as it should, or
  // whose checksum fails now that it is whole; where the segment before stopped, when the server
  // went on here; at the segment's begin, where what is there follows something else. nullopt:
  // nowhere, or that is not known, as behind an unfinished segment.
  std::optional<Lsn> add(const SegmentEdges& edges);

 private:
  enum class State { kUnknown, kWhole, kOpen, kStopped };
  std::optional<Lsn> join(const SegmentEdges& edges);

  State state_ = State::kUnknown;
  SegmentEdges::Open open_;  // kOpen
  Lsn stopped_at_;           // kStopped
  std::optional<Lsn> last_;  // where the last record before begins
};

}  // namespace walstow
