#include "proto/wal/segment_times.h"

#include <algorithm>

#include "proto/base/little_endian.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

// XLogRecord: xl_info and xl_rmid.
constexpr std::size_t kOperationOffset = 16;
constexpr std::size_t kOwnerOffset = 17;
constexpr std::uint8_t kLogManager = 0;          // RM_XLOG_ID
constexpr std::uint8_t kTransactionManager = 1;  // RM_XACT_ID

// XLOG_CHECKPOINT_SHUTDOWN, XLOG_CHECKPOINT_ONLINE and XLOG_RESTORE_POINT.
constexpr std::uint8_t kLogOperation = 0xF0;  // XLR_RMGR_INFO_MASK
constexpr std::uint8_t kShutdownCheckpoint = 0x00;
constexpr std::uint8_t kOnlineCheckpoint = 0x10;
constexpr std::uint8_t kRestorePoint = 0x70;

// XLOG_XACT_COMMIT, XLOG_XACT_ABORT and both of a prepared transaction.
constexpr std::uint8_t kTransactionOperation = 0x70;  // XLOG_XACT_OPMASK
constexpr std::uint8_t kCommit = 0x00;
constexpr std::uint8_t kAbort = 0x20;
constexpr std::uint8_t kCommitPrepared = 0x30;
constexpr std::uint8_t kAbortPrepared = 0x40;

// The headers before the main data. None of these records refers to a block.
constexpr std::uint8_t kShortData = 255;    // XLR_BLOCK_ID_DATA_SHORT, and one byte: the size
constexpr std::uint8_t kLongData = 254;     // XLR_BLOCK_ID_DATA_LONG, and four bytes: the size
constexpr std::uint8_t kOrigin = 253;       // XLR_BLOCK_ID_ORIGIN, and two bytes
constexpr std::uint8_t kTopLevelXid = 252;  // XLR_BLOCK_ID_TOPLEVEL_XID, and four bytes

// TimestampTz counts microseconds from 2000-01-01. A server of 9.5 or 9.6 that was built with
// --disable-integer-datetimes writes a floating-point number instead. Read as an integer, that is a
// time millions of years away.
constexpr std::chrono::sys_days kEpoch{std::chrono::year{2000} / 1 / 1};
constexpr TimeMicro kFirstTime{std::chrono::sys_days{std::chrono::year{1970} / 1 / 1}};
constexpr TimeMicro kEndOfTimes{std::chrono::sys_days{std::chrono::year{2262} / 1 / 1}};

constexpr std::size_t kLongestName = 64;  // MAXFNAMELEN, with a NUL
// The length of each restore point's record: header, kShortData and its size, a time, and a name.
constexpr std::uint32_t kRestorePointSize = kRecordHeaderSize + 2 + 8 + kLongestName;

std::uint8_t manager_of(const std::array<std::byte, kRecordHeaderSize>& header) {
  return std::to_integer<std::uint8_t>(header[kOwnerOffset]);
}

std::uint8_t info_of(const std::array<std::byte, kRecordHeaderSize>& header) {
  return std::to_integer<std::uint8_t>(header[kOperationOffset]);
}

// The main data of a record, as far as it is in `bytes`, which follow the record's header.
ByteView main_data(ByteView bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    switch (std::to_integer<std::uint8_t>(bytes[at])) {
      case kShortData:
        return bytes.subspan(std::min(at + 2, bytes.size()));
      case kLongData:
        return bytes.subspan(std::min(at + 5, bytes.size()));
      case kOrigin:
        at += 3;
        break;
      case kTopLevelXid:
        at += 5;
        break;
      default:
        return {};
    }
  }
  return {};
}

// nullopt: the bytes are not there, or no server has written this time.
std::optional<TimeMicro> time_in(ByteView data) {
  if (data.size() < sizeof(std::uint64_t)) return std::nullopt;
  const auto count = static_cast<std::int64_t>(load_little_endian<std::uint64_t>(data, 0));
  const std::chrono::microseconds since(count);
  if (since < kFirstTime - kEpoch || since >= kEndOfTimes - kEpoch) return std::nullopt;
  return kEpoch + since;
}

bool is_transaction(const std::array<std::byte, kRecordHeaderSize>& header) {
  return manager_of(header) == kTransactionManager && SegmentTimesCollector::wants(header);
}

}  // namespace

void RecordHead::add(ByteView bytes) {
  const std::size_t size = std::min(bytes.size(), kMost - size_);
  std::copy_n(bytes.begin(), size, bytes_.begin() + size_);
  size_ = static_cast<std::uint8_t>(size_ + size);
}

std::optional<TimeMicro> time_of_parts(const RecordHead& head, const RecordHead& rest) {
  RecordHead all = head;
  all.add(rest.bytes());
  if (all.bytes().size() < kRecordHeaderSize) return std::nullopt;
  std::array<std::byte, kRecordHeaderSize> header{};
  std::ranges::copy(all.bytes().first(kRecordHeaderSize), header.begin());
  if (!is_transaction(header)) return std::nullopt;
  return time_in(main_data(all.bytes().subspan(kRecordHeaderSize)));
}

bool SegmentTimesCollector::wants(const std::array<std::byte, kRecordHeaderSize>& header) {
  const std::uint8_t manager = manager_of(header);
  if (manager > kTransactionManager) return false;
  if (manager == kLogManager) {
    const auto operation = static_cast<std::uint8_t>(info_of(header) & kLogOperation);
    return operation == kShutdownCheckpoint || operation == kOnlineCheckpoint ||
           operation == kRestorePoint;
  }
  const auto operation = static_cast<std::uint8_t>(info_of(header) & kTransactionOperation);
  return operation == kCommit || operation == kAbort || operation == kCommitPrepared ||
         operation == kAbortPrepared;
}

void SegmentTimesCollector::add(ByteView bytes) {
  const std::size_t size = std::min(bytes.size(), bytes_.size() - size_);
  std::copy_n(bytes.begin(), size, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += size;
}

void SegmentTimesCollector::finish(const std::array<std::byte, kRecordHeaderSize>& header,
                                   Lsn start, Lsn end) {
  if (!times_.first_record) times_.first_record = start;
  times_.last_record = start;
  times_.last_complete = start;
  if (!wants(header)) return;
  const ByteView data = main_data(ByteView(bytes_).first(size_));
  if (manager_of(header) == kTransactionManager) {
    const auto time = time_in(data);
    if (time)
      add_transaction(static_cast<std::uint8_t>(info_of(header) & kTransactionOperation), *time);
  } else if ((info_of(header) & kLogOperation) == kRestorePoint) {
    add_restore_point(data, end);
  } else if (data.size() >= sizeof(std::uint64_t)) {
    times_.last_checkpoint_redo = Lsn{load_little_endian<std::uint64_t>(data, 0)};
  }
}

void SegmentTimesCollector::finish_open(const std::array<std::byte, kRecordHeaderSize>& header,
                                        std::size_t header_size, Lsn start) {
  if (!times_.first_record) times_.first_record = start;
  times_.last_record = start;
  // The kind of the record lies in the next segment. Its length is always known (xl_tot_len).
  const bool is_known = header_size > kOwnerOffset;
  const bool is_point =
      is_known
          ? manager_of(header) == kLogManager && (info_of(header) & kLogOperation) == kRestorePoint
          : load_little_endian<std::uint32_t>(header, 0) == kRestorePointSize;
  times_.more_restore_points = times_.more_restore_points || is_point;
  RecordHead head(ByteView(header).first(header_size));
  if (header_size == kRecordHeaderSize) {
    if (!is_transaction(header)) return;
    const ByteView data = main_data(ByteView(bytes_).first(size_));
    times_.open_time = time_in(data);
    if (data.size() >= sizeof(std::uint64_t)) return;
    head.add(ByteView(bytes_).first(size_));
  } else if (is_known && manager_of(header) != kTransactionManager) {
    return;
  }
  times_.open_head = head;
}

void SegmentTimesCollector::add_transaction(std::uint8_t operation, TimeMicro time) {
  times_.earliest = std::min(times_.earliest.value_or(time), time);
  times_.latest = std::max(times_.latest.value_or(time), time);
  if (operation == kCommit || operation == kCommitPrepared) ++times_.commits;
}

void SegmentTimesCollector::add_restore_point(ByteView data, Lsn end) {
  const auto time = time_in(data);
  if (!time || data.size() < sizeof(std::uint64_t) + kLongestName) return;
  if (times_.restore_points.size() == kMostRestorePoints) {
    times_.more_restore_points = true;
    return;
  }
  const std::string_view field = as_text(data.subspan(sizeof(std::uint64_t), kLongestName));
  times_.restore_points.push_back(
      {.name = escaped(field.substr(0, field.find('\0'))), .time = *time, .end = end});
}

}  // namespace walstow
