// Finds where the written part of a segment ends, and how two segments with the same name relate.
// Pure. Works in one pass, and uses the memory of one WAL page. Source: PostgreSQL
// src/include/access/xlog_internal.h (page headers), xlogrecord.h (XLogRecord),
// src/backend/access/transam/xlogreader.c (XLogReaderValidatePageHeader, ValidXLogRecordHeader:
// what a reader accepts; a switch record "extends to the end of the segment"), xlog.c
// (CopyXLogRecordToWAL: what is written after a switch; RemoveOldXlogFiles: recycling),
// src/backend/replication/walreceiver.c (WalReceiverMain, XLogWalRcvClose).
//
// A server writes a segment page by page, into a file that is either zeros or an old segment under
// a new name ("recycled"). So the written part is followed by zeros, or by stale pages. The
// addresses in stale pages show that they belong elsewhere. PostgreSQL finds the end while it
// reads: a page does not have the expected address, or a record does not contain the position of
// the previous one (xl_prev). This code does the same. The written part ends in one of three ways:
//
//   * at the segment's end: every page is in place, and the chain of records leads out of the
//     segment;
//   * with a switch record (pg_switch_wal, archive_timeout). Every reader skips the bytes after it.
//     Since version 11 a server fills the rest with zeros, page headers included. If the server
//     crashed before that, stale pages remain there. The segment is complete in both cases;
//   * otherwise, the segment is unfinished. A primary never passes such a segment to
//     archive_command. A standby with archive_mode = always passes it if the standby's timeline
//     ends inside the segment.
//
// The end of the written part does not depend on the checksums of records. A record of full length
// counts as written even if some of its bytes are wrong. So more bytes are compared, never fewer.
// But the checksum of each record that begins and ends in the segment is checked. This code also
// checks whether anything was written after a position where the chain breaks off. That would be
// damage: a recovery would end there silently. A record that continues in the next segment is
// checked with the edges of both segments (record_across_segments.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/wal/crc32c.h"
#include "proto/wal/record_across_segments.h"
#include "proto/wal/segment_header.h"
#include "proto/wal/segment_times.h"

namespace walstow {

struct SegmentEnd {
  enum class Kind {
    kFull,      // the server has written the segment to its last byte
    kSwitched,  // a switch record ends the segment, so it is complete
    // The server has written nothing beyond this end. `tail` describes the bytes that follow.
    kUnfinished,
    // None of these is certain: the segment is damaged, its release is older than 9.5, or its
    // release is newer than newest_known_release(). Two such segments are the same only if all of
    // their bytes are equal.
    kUnclear,
  };
  enum class Tail {
    kZeros,  // zeros, or no bytes at all
    kStale,  // stale pages of another segment
  };
  Kind kind = Kind::kUnclear;
  Tail tail = Tail::kZeros;  // meaningful for kUnfinished
  // How many bytes from the segment's start its server wrote. kSwitched: up to the end of the
  // switch record. kUnfinished: up to the end of the last record (where the next record would
  // begin), or, if a record continues beyond the last page, up to the end of that page. kFull,
  // kUnclear: all bytes.
  std::uint64_t offset = 0;
  // Where PostgreSQL stops reading although the server had written more: the first record whose
  // checksum fails, or the first invalid page or record. nullopt: there is no such position, or the
  // format of records is unknown.
  std::optional<std::uint64_t> broken = {};

  bool operator==(const SegmentEnd&) const = default;
};

// Add all bytes of a segment, in chunks of any size, then call end(). One thread at a time may use
// it.
class SegmentEndFinder {
 public:
  SegmentEndFinder();
  void add(ByteView raw);
  SegmentEnd end() const;
  // Call it after all bytes were added, like end(). Returns Start::kUnknown and Finish::kUnknown,
  // which fit any neighbour, for a file that is not a segment, and for a release whose records are
  // unknown.
  SegmentEdges edges() const;
  // Call it after all bytes were added, like end(). Considers the records that a recovery reads:
  // those before the first one whose checksum fails.
  SegmentTimes times() const;

 private:
  SegmentEnd extent() const;  // the end, without looking for damage before it
  std::uint64_t reader_ends() const;
  enum class State { kWriting, kStopped, kSwitched, kTail, kUnclear };
  // A record whose bytes are being read.
  struct Record {
    // The offset at which the record starts; nullopt if it starts in an earlier segment.
    std::optional<std::uint64_t> start;
    std::uint64_t remaining = 0;  // bytes still missing
    // The bytes of the record's header (XLogRecord) that were read so far. Only meaningful if
    // `start` is set.
    std::array<std::byte, kRecordHeaderSize> header{};
    std::size_t header_size = 0;
    std::uint64_t passed = 0;  // bytes of the record that were read, including its header
    Crc32c crc;                // checksum of the bytes after the header
    RecordPiece piece() const { return {.size = passed, .first = header, .crc = crc.value()}; }
  };

  void add_page(ByteView page);
  bool begin(ByteView first_page);
  bool has_known_records() const;
  bool is_in_place(ByteView page) const;
  void walk(ByteView page);
  bool continues_as_announced(ByteView page, std::size_t& position);
  void pass(ByteView page, std::size_t& position);
  bool start_record(ByteView page, std::size_t position);
  std::optional<std::uint64_t> named_by_record() const;
  bool is_record_before(std::uint64_t address) const;
  void finish_record(std::size_t position);
  void add_to_tail(ByteView page);
  void stop(std::uint64_t offset, ByteView remains);
  void check(const Record& record);
  void break_off(std::uint64_t offset);

  State state_ = State::kWriting;
  std::optional<SegmentHeader> header_;
  std::size_t page_size_ = 0;     // 0: not known yet
  std::vector<std::byte> page_;   // the bytes of the next page that have arrived
  std::uint64_t offset_ = 0;      // offset of the current page; the bytes before it are done
  std::uint32_t timeline_ = 0;    // timeline of the last page in place
  std::optional<Record> record_;  // the record that is being read
  // Offset of the last complete record that began in this segment.
  std::optional<std::uint64_t> previous_;
  std::uint64_t end_ = 0;  // end of the written part, as far as it is known
  SegmentEnd::Tail tail_ = SegmentEnd::Tail::kZeros;
  std::optional<std::uint64_t> failed_;   // the first record with a wrong checksum
  bool goes_on_ = false;                  // whether bytes are written after that record
  std::optional<std::uint64_t> suspect_;  // the bytes after this were not written by a server
  std::optional<std::uint64_t> broken_;   // the chain breaks off here, and continues after it
  SegmentEdges::Start start_ = SegmentEdges::Start::kUnknown;
  // How many bytes of an earlier record remain, according to the first page.
  std::uint64_t announced_ = 0;
  std::optional<RecordPiece> rest_;  // the rest of that record, after its last byte was read
  // The address of the previous record, as the first record that begins here gives it.
  std::optional<std::uint64_t> first_names_;
  SegmentTimesCollector times_;
};

// An existing segment, and an incoming one with the same name and other bytes.
struct SegmentPair {
  SegmentEnd existing;
  SegmentEnd incoming;
  std::uint64_t first_difference = 0;  // offset of the first byte in which they differ
};

enum class SegmentRelation {
  // Both segments are complete, or both are unfinished at the same byte, and they are equal up to
  // their ends. No reader uses the bytes that differ: replaying either segment gives the same
  // result.
  kSame,
  // The incoming segment is unfinished, and the existing one contains all of its written bytes. Or
  // both are unfinished, and the incoming one must not get the name although it is longer.
  kIncomingUnfinished,
  // The existing segment is unfinished. The incoming one contains all of its written bytes, and
  // more: replaying it gives everything that replaying the existing one gives, and more.
  kExistingUnfinished,
  kDifferent,  // none of these: the segments belong to two histories, or one is damaged
};

SegmentRelation relation_of(const SegmentPair& pair);

// Returns whether a segment may be stored under its own name if the name is free. An unfinished
// segment may not, if stale pages of another segment follow its end. Only a standby sends such a
// segment, and the primary has the complete version. Zeros after the end prove less: an
// administrator who completes a .partial by hand fills it with zeros.
bool may_have_name(const SegmentEnd& end);

}  // namespace walstow
