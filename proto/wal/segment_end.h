// Finds where the written part of a segment ends, and how two segments of one name are related.
// Pure; in one pass, in the memory of one WAL page.
// Source: PostgreSQL src/include/access/xlog_internal.h (page headers), xlogrecord.h (XLogRecord),
// src/backend/access/transam/xlogreader.c (XLogReaderValidatePageHeader, ValidXLogRecordHeader:
// what a reader accepts; a switch record "extends to the end of the segment"), xlog.c
// (CopyXLogRecordToWAL: what is written after a switch; RemoveOldXlogFiles: recycling),
// src/backend/replication/walreceiver.c (WalReceiverMain, XLogWalRcvClose).
//
// A server writes a segment page by page, into a file that is either zeros or an old segment under
// a new name ("recycled"). So the written part is followed by zeros, or by stale pages, whose own
// addresses show that they belong elsewhere. PostgreSQL finds the end as it reads: a page does not
// have the expected address, or a record does not name its predecessor (xl_prev). This code does
// the same. The written part ends in one of three ways:
//
//   * at the segment's end: every page is in place, and the chain of records leads out of it;
//   * with a switch record (pg_switch_wal, archive_timeout). Every reader skips what follows. Since
//     version 11 a server fills the rest with zeros, page headers included. If it crashed before
//     that, stale pages are left there. Both are complete;
//   * otherwise, the segment is unfinished. A primary never passes such a segment to
//     archive_command. A standby with archive_mode = always does, when its timeline ends inside it.
//
// The end of the written part does not depend on a record's checksum. A record that is complete by
// its length but torn in its bytes counts as written; so more bytes are compared, never fewer. But
// the checksum of each record that begins and ends in the segment is checked. So is whether
// anything is written after a position where the chain breaks off: that is damage, at which a
// recovery ends silently. A record that continues in the next segment is checked with both
// segments' edges (record_across_segments.h).
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
    kUnfinished,  // the server had not written further; `tail` is what follows
    // None of these with certainty: damage, records older than 9.5, or a release newer than
    // newest_known_release(). Two such segments are the same only if all bytes are.
    kUnclear,
  };
  enum class Tail {
    kZeros,  // or nothing
    kStale,  // stale pages of another segment
  };
  Kind kind = Kind::kUnclear;
  Tail tail = Tail::kZeros;  // of kUnfinished
  // Bytes from the segment's start that its server wrote. kSwitched: up to the end of the switch
  // record. kUnfinished: up to the end of the last record (where the next would begin). If a record
  // has begun that continues beyond the last page: up to that page's end. kFull, kUnclear: all
  // bytes.
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
  // Call it after all bytes were added, like end(). For a file that is not a segment, or of a
  // release whose records are unknown, it returns Start::kUnknown and Finish::kUnknown, which fit
  // anything.
  SegmentEdges edges() const;

 private:
  SegmentEnd extent() const;  // ignores what is broken
  std::uint64_t reader_ends() const;
  enum class State { kWriting, kStopped, kSwitched, kTail, kUnclear };
  // A record whose bytes are being read.
  struct Record {
    std::optional<std::uint64_t> start;  // offset; nullopt: in an earlier segment
    std::uint64_t remaining = 0;         // bytes still missing
    // The first bytes, as far as they were read: XLogRecord, where `start` is known.
    std::array<std::byte, kRecordHeaderSize> header{};
    std::size_t header_size = 0;
    std::uint64_t passed = 0;  // bytes read, including those of the header
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
  std::vector<std::byte> page_;            // the part of the next page that has arrived
  std::uint64_t offset_ = 0;               // of the current page; the bytes before are done
  std::uint32_t timeline_ = 0;             // of the last page in place
  std::optional<Record> record_;           // the record that continues
  std::optional<std::uint64_t> previous_;  // offset of the last complete record that began here
  std::uint64_t end_ = 0;                  // of the written part, as far as it is known
  SegmentEnd::Tail tail_ = SegmentEnd::Tail::kZeros;
  std::optional<std::uint64_t> failed_;   // the first record with a wrong checksum
  bool goes_on_ = false;                  // something is written after that record
  std::optional<std::uint64_t> suspect_;  // what follows this was not written by a server
  std::optional<std::uint64_t> broken_;   // the chain breaks off here, and continues after it
  SegmentEdges::Start start_ = SegmentEdges::Start::kUnknown;
  std::uint64_t announced_ = 0;      // by the first page: remaining bytes of an earlier record
  std::optional<RecordPiece> rest_;  // of that record, after its last byte was read
  std::optional<std::uint64_t> first_names_;  // address; from the first record that begins here
};

// An existing segment, and one that arrived under the same name with other bytes.
struct SegmentPair {
  SegmentEnd standing;
  SegmentEnd newcomer;
  std::uint64_t first_difference = 0;  // offset of the first byte in which they differ
};

enum class SegmentRelation {
  // Both are complete, or both unfinished, at the same byte, and equal up to there. No reader uses
  // the bytes that differ: replaying either gives the same result.
  kSame,
  // The incoming segment is unfinished, and the existing one has all of its written bytes. Or both
  // are incomplete, and the incoming one, though longer, must not have the name.
  kNewcomerUnfinished,
  // The existing segment is unfinished. The incoming one has all of its written bytes, and more:
  // replaying it gives everything that the existing one would give, and then more.
  kStandingUnfinished,
  kDifferent,  // none of these: two histories, or damage
};

SegmentRelation relation_of(const SegmentPair& pair);

// Returns whether a segment may be stored under its own name when the name is free. It may not if
// it is unfinished and stale pages of another segment follow. Only a standby sends such a segment,
// and its complete version is written elsewhere. Zeros after the end prove less: people complete a
// .partial by hand that way.
bool may_stand(const SegmentEnd& end);

}  // namespace walstow
