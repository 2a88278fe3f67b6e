// What a segment tells about time: when its transactions ended, its restore points and its last
// checkpoint. Pure. SegmentEndFinder (segment_end.h) collects it during its one walk over the
// records. Bounded memory: a few bytes of one record, and the restore points.
//
// Source: PostgreSQL src/include/access/xlogrecord.h (XLogRecord, the headers in a record),
// rmgrlist.h (numbers of resource managers), xact.h (XLOG_XACT_*, xl_xact_commit, xl_xact_abort),
// xlog_internal.h (xl_restore_point), catalog/pg_control.h (XLOG_RESTORE_POINT, XLOG_CHECKPOINT_*,
// CheckPoint), src/backend/access/transam/xlogrecovery.c (getRecordTimestamp, recoveryStopsBefore,
// recoveryStopsAfter). The bytes that are read here are the same from 9.5 to 19.
//
// A recovery uses a record that begins in one segment and ends in the next, if it has both
// segments. This code sees the bytes of one segment only. So it reports the last record of a
// segment separately if that record continues in the next segment. It knows the time of a COMMIT or
// ABORT record if the first 34 to 45 bytes lie in the segment in which the record begins. Otherwise
// it reports the record's first bytes. The remaining bytes are in the next segment, and
// time_of_parts() finds the time in both. A restore point that continues in the next segment is not
// reported.
//
// A record that continues may never end: after a crash, or a promotion, the server may abandon it
// (XLP_FIRST_IS_OVERWRITE_CONTRECORD), and PostgreSQL then ignores it. Only the segment in which
// the record would end shows whether the server abandoned it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/utc_time_micro.h"
#include "proto/wal/lsn.h"
#include "proto/wal/record_across_segments.h"

namespace walstow {

inline constexpr std::size_t kMostRestorePoints = 64;  // of one segment

// The first bytes of a record, or of its rest in the next segment: as many as its time needs.
class RecordHead {
 public:
  // A record's header, the headers before the main data, and a time. Eight of these bytes always
  // lie in the segment in which the record begins.
  static constexpr std::size_t kMost = kRecordHeaderSize + 13 + 8;

  RecordHead() = default;
  // Ignores the bytes that are too many.
  explicit RecordHead(ByteView bytes) { add(bytes); }
  void add(ByteView bytes);
  ByteView bytes() const { return ByteView(bytes_).first(size_); }
  bool operator==(const RecordHead&) const = default;

 private:
  std::array<std::byte, kMost> bytes_{};
  std::uint8_t size_ = 0;
};

// The time of a record that continues in the next segment. nullopt: the record is not a COMMIT,
// COMMIT PREPARED, ABORT or ABORT PREPARED, or its time is not in these bytes.
std::optional<TimeMicro> time_of_parts(const RecordHead& head, const RecordHead& rest);

struct RestorePoint {
  // In UTF-8, at most 63 bytes in the server. The bytes of unprintable characters, and bytes that
  // are not UTF-8, are escaped as \xNN (escaped() in proto/base/log.h).
  std::string name;
  TimeMicro time;
  // The end of its record, as pg_create_restore_point() returns it. A recovery stops there.
  Lsn end;
  bool operator==(const RestorePoint&) const = default;
};

struct SegmentTimes {
  // The earliest and the latest time of a COMMIT, COMMIT PREPARED, ABORT or ABORT PREPARED record
  // that begins and ends in the segment. The times of records are not monotonic. nullopt: no such
  // record.
  std::optional<TimeMicro> earliest, latest;
  // The time of the last record, if it is a COMMIT, COMMIT PREPARED, ABORT or ABORT PREPARED record
  // that continues in the next segment. nullopt: it is not, or its time lies in the next segment.
  std::optional<TimeMicro> open_time;
  // The first bytes of the last record. Set if that record continues in the next segment, and this
  // segment has too little of the record to show its kind or its time. Empty: these bytes are not
  // known.
  std::optional<RecordHead> open_head;
  // The first bytes of the segment that belong to a record of an earlier segment. nullopt: no such
  // record continues here. Empty: it is not known whether one does.
  std::optional<RecordHead> rest_head;
  // Where that record ends, if it ends in this segment. nullopt: it does not end here.
  std::optional<Lsn> rest_end;
  // The number of COMMIT and COMMIT PREPARED records that begin and end in the segment.
  std::uint64_t commits = 0;
  // The positions of the first and the last record that begin in the segment.
  std::optional<Lsn> first_record, last_record;
  // The position of the last record that both begins and ends in the segment. If it is not
  // `last_record`, the last record continues in the next segment.
  std::optional<Lsn> last_complete;
  std::vector<RestorePoint> restore_points;  // in the order of the log
  // Whether there are more restore points after these, or the last record, which continues in the
  // next segment, may be one.
  bool more_restore_points = false;
  std::optional<Lsn> last_checkpoint_redo;  // the redo position of the last checkpoint record
  // Where the log ends inside the segment, without a switch record. A recovery that needs later WAL
  // ends there. nullopt: the segment is complete, or damaged.
  std::optional<Lsn> unfinished_at;
  // Whether the records could be read. false: it is not a segment, or its release is older than 9.5
  // or newer than newest_known_release().
  bool known = false;
  bool operator==(const SegmentTimes&) const = default;
};

// Collects the times from the records of a segment. The caller passes the records in the order of
// the log, and only records that a recovery accepts.
class SegmentTimesCollector {
 public:
  // Returns whether add() needs the bytes after this header (XLogRecord).
  static bool wants(const std::array<std::byte, kRecordHeaderSize>& header);

  // A record of an earlier segment continues here: `bytes` are its first bytes in this segment.
  void begin_rest(ByteView bytes) { times_.rest_head = RecordHead(bytes); }
  // That record ends at `end`.
  void finish_rest(Lsn end) { times_.rest_end = end; }
  // Starts the next record.
  void begin() { size_ = 0; }
  // Adds bytes after the record's header. Ignores bytes beyond the needed ones.
  void add(ByteView bytes);
  // Ends the record.
  void finish(const std::array<std::byte, kRecordHeaderSize>& header, Lsn start, Lsn end);
  // Ends the last record of the segment, which continues in the next one. The segment has
  // `header_size` bytes of its header; the others are zeros.
  void finish_open(const std::array<std::byte, kRecordHeaderSize>& header, std::size_t header_size,
                   Lsn start);

  // Returns the times. The caller sets `known` and `unfinished_at`.
  const SegmentTimes& times() const { return times_; }

 private:
  // The headers before the main data (an origin, a transaction, a size), then xl_restore_point.
  static constexpr std::size_t kMostNeeded = 13 + 72;

  void add_transaction(std::uint8_t operation, TimeMicro time);
  void add_restore_point(ByteView data, Lsn end);

  SegmentTimes times_;
  std::array<std::byte, kMostNeeded> bytes_{};  // of the current record
  std::size_t size_ = 0;                        // of bytes_
};

}  // namespace walstow
