// Where the written part of a segment ends, and what two segments of one name have to do with each
// other. Pure; in one pass, in memory of one WAL page.
// Source: PostgreSQL src/include/access/xlog_internal.h (page headers), xlogrecord.h (XLogRecord),
// src/backend/access/transam/xlogreader.c (XLogReaderValidatePageHeader, ValidXLogRecordHeader:
// what a reader accepts; a switch record "extends to the end of the segment"), xlog.c
// (CopyXLogRecordToWAL: what is written behind a switch; RemoveOldXlogFiles: recycling),
// src/backend/replication/walreceiver.c (WalReceiverMain, XLogWalRcvClose).
//
// A server writes a segment page by page into a file that is either zeros or an old segment under a
// new name ("recycled"). So behind what was written there are zeros, or pages that say by their own
// address that they belong to another place. PostgreSQL finds the end as it reads: the page's
// address is not the one that it should be, or a record does not name the one before it (xl_prev).
// This does the same. Three things end the written part:
//
//   * the segment itself: every page is in its place and the chain of records leads out of it;
//   * a switch record (pg_switch_wal, archive_timeout). Whatever follows is skipped by every
//     reader. Since version 11 a server fills it with zeros, page headers included; when it crashed
//     in between, old pages stay there. Both are complete;
//   * nothing of the kind: the segment is unfinished. A primary never hands such a segment to
//     archive_command. A standby with archive_mode = always does, when its timeline ends inside it.
//
// Where the written part ends does not depend on a record's checksum: one that is whole by its
// length and torn in its bytes counts as written, which compares more bytes, never fewer. But the
// checksum of each record that begins and ends in the segment is looked at, and so is whether
// anything is written behind a place where the chain breaks off: that is damage, and a recovery
// ends there in silence. A record that goes on in the next segment is judged by both segments'
// edges (record_across_segments.h).
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

namespace walstow {

struct SegmentEnd {
  enum class Kind {
    kFull,        // written to its last byte
    kSwitched,    // ended by a switch record; complete
    kUnfinished,  // the server had not written further; `tail` is what lies behind
    // None of these with certainty: damage, records of before 9.5, or of a release that is newer
    // than newest_known_release(). Two segments are the same then only when all bytes are.
    kUnclear,
  };
  enum class Tail {
    kZeros,  // or nothing
    kStale,  // remains of another segment
  };
  Kind kind = Kind::kUnclear;
  Tail tail = Tail::kZeros;  // of kUnfinished
  // Bytes from the segment's start that its server wrote. kSwitched: up to the end of the switch
  // record. kUnfinished: up to the end of the last record (where the next would begin); where one
  // has begun that goes on beyond the last page, that page's end. kFull, kUnclear: all of them.
  std::uint64_t offset = 0;
  // Where PostgreSQL stops reading although the server had written on: the first record whose
  // checksum fails, or the place where a page or a record is not what it should be. nullopt: there
  // is no such place, or the form of records is not known.
  std::optional<std::uint64_t> broken = {};

  bool operator==(const SegmentEnd&) const = default;
};

// Feed it all bytes of a segment, in pieces of any size, then ask. For one thread at a time.
class SegmentEndFinder {
 public:
  SegmentEndFinder();
  void add(ByteView raw);
  SegmentEnd end() const;
  // Once all bytes are in, as end(). Of a file that is no segment, or of a release whose records
  // nobody knows: Start::kUnknown and Finish::kUnknown, which join anything.
  SegmentEdges edges() const;

 private:
  SegmentEnd extent() const;  // without what is broken
  std::uint64_t reader_ends() const;
  enum class State { kWriting, kStopped, kSwitched, kTail, kUnclear };
  // A record whose bytes are being passed.
  struct Record {
    std::optional<std::uint64_t> start;  // offset; nullopt: in an earlier segment
    std::uint64_t remaining = 0;         // bytes still to come
    // The first bytes, as far as they have been seen: XLogRecord, where `start` is known.
    std::array<std::byte, kRecordHeaderSize> header{};
    std::size_t header_size = 0;
    std::uint64_t passed = 0;  // bytes, with those of the header
    Crc32c crc;                // of what follows the header
    RecordPiece piece() const { return {.size = passed, .first = header, .crc = crc.value()}; }
  };

  void add_page(ByteView page);
  bool begin(ByteView first_page);
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
  std::size_t page_size_ = 0;              // 0: not known yet
  std::vector<std::byte> page_;            // what has come of the next one
  std::uint64_t offset_ = 0;               // of the page at work; the bytes before are done
  std::uint32_t timeline_ = 0;             // of the last page in place
  std::optional<Record> record_;           // the one that goes on
  std::optional<std::uint64_t> previous_;  // offset of the last whole record that began here
  std::uint64_t end_ = 0;                  // of what was written, as far as it is known
  SegmentEnd::Tail tail_ = SegmentEnd::Tail::kZeros;
  std::optional<std::uint64_t> failed_;   // the first record whose checksum is wrong
  bool goes_on_ = false;                  // something is written behind that record
  std::optional<std::uint64_t> suspect_;  // behind this is what no server writes
  std::optional<std::uint64_t> broken_;   // the chain breaks off here, and goes on behind
  SegmentEdges::Start start_ = SegmentEdges::Start::kUnknown;
  std::uint64_t announced_ = 0;               // by the first page: bytes of a record of before
  std::optional<RecordPiece> rest_;           // of that record, once its last byte was here
  std::optional<std::uint64_t> first_names_;  // address; of the first record that begins here
};

// A segment that stands, and one that came under the same name with other bytes.
struct SegmentPair {
  SegmentEnd standing;
  SegmentEnd newcomer;
  std::uint64_t first_difference = 0;  // offset of the first byte in which they differ
};

enum class SegmentRelation {
  // Both are complete, or both unfinished, at the same byte, and equal up to there: what differs is
  // read by nobody. Whoever replays one gets what the other would give.
  kSame,
  // The newcomer is unfinished, and the standing one has all that was written of it; or both are
  // unfinished pieces of one segment and the newcomer, though longer, may not stand.
  kNewcomerUnfinished,
  // The standing one is unfinished, and the newcomer has all that was written of it and goes on:
  // whoever replays the newcomer gets all that the standing one would give, and then more.
  kStandingUnfinished,
  kDifferent,  // none of these: two histories, or damage
};

SegmentRelation relation_of(const SegmentPair& pair);

// Whether a segment may stand under its own name where nothing stands: not one that is unfinished
// with remains of another segment behind. Only a standby sends such a one, and what it is a piece
// of is written elsewhere. Zeros behind prove less: people complete a .partial so by hand.
bool may_stand(const SegmentEnd& end);

}  // namespace walstow
