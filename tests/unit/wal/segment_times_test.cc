#include "proto/wal/segment_times.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "proto/wal/segment_end.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;

constexpr std::string_view kSeventh = "000000010000000000000007";
constexpr std::string_view kEighth = "000000010000000000000008";
constexpr std::uint64_t kBase = std::uint64_t{7} << 20;
constexpr std::size_t kWholeSize = WalWriter::kSize;
constexpr std::size_t kFirst = 40;  // the first record begins after the header of its page

constexpr std::uint8_t kAbort = 0x20;
constexpr std::uint8_t kCommitPrepared = 0x30;
constexpr std::uint8_t kAbortPrepared = 0x40;
constexpr std::uint8_t kWithInfo = 0x80;
constexpr std::uint8_t kPrepare = 0x10;

SegmentTimes times_of(std::string_view content, std::size_t piece = kWholeSize) {
  SegmentEndFinder finder;
  for (std::size_t at = 0; at < content.size(); at += piece)
    finder.add(as_bytes(content.substr(at, piece)));
  return finder.times();
}
SegmentTimes times_of(const WalWriter& writer) {
  return times_of(writer.content());
}

// `count` microseconds after the beginning of 2000.
TimeMicro at(std::int64_t count) {
  return std::chrono::sys_days(std::chrono::year(2000) / 1 / 1) + std::chrono::microseconds(count);
}

TEST(SegmentTimesTest, EarliestAndLatestAreNotTheFirstAndTheLast) {
  const SegmentTimes times =
      times_of(WalWriter(kSeventh).commit(500).commit(900).commit(100).commit(300).fill());
  EXPECT_EQ(times.earliest, at(100));
  EXPECT_EQ(times.latest, at(900));
  EXPECT_EQ(times.commits, 4U);
  EXPECT_TRUE(times.known);
}

TEST(SegmentTimesTest, EveryEndOfATransactionCountsAndNothingElse) {
  WalWriter writer(kSeventh);
  writer.transaction(kAbort, 10).transaction(kCommitPrepared | kWithInfo, 20);
  writer.transaction(kAbortPrepared, 30).transaction(kWithInfo, 40);
  EXPECT_EQ(times_of(writer).earliest, at(10));
  EXPECT_EQ(times_of(writer).latest, at(40));
  EXPECT_EQ(times_of(writer).commits, 2U);
  // PREPARE, an assignment, and a record of another manager with the same number.
  writer.transaction(kPrepare, 1).transaction(0x50, 2).data_record(0x0A, 0x00, "12345678");
  EXPECT_EQ(times_of(writer).earliest, at(10));
}

// What a subscriber of logical replication, and a subtransaction, write before the main data.
TEST(SegmentTimesTest, HeadersBeforeTheDataAreSkipped) {
  const std::string_view origin("\xFD\x01\x00", 3);
  const std::string_view both("\xFD\x01\x00\xFC\x05\x00\x00\x00", 8);
  const SegmentTimes times =
      times_of(WalWriter(kSeventh).transaction(0x00, 7, origin).transaction(kAbort, 9, both));
  EXPECT_EQ(times.earliest, at(7));
  EXPECT_EQ(times.latest, at(9));
  // A block: none of these records has one.
  const std::string_view block("\x00\x00\x00\x00", 4);
  EXPECT_EQ(times_of(WalWriter(kSeventh).transaction(0x00, 7, block)).earliest, std::nullopt);
}

TEST(SegmentTimesTest, ALongRecordOfATransactionCounts) {
  std::string data("\x07\0\0\0\0\0\0\0", 8);
  data.resize(3 * WalWriter::kPage, 'd');  // as with many dropped tables
  EXPECT_EQ(times_of(WalWriter(kSeventh).data_record(0x01, 0x80, data)).latest, at(7));
}

TEST(SegmentTimesTest, ATimeThatNoServerWritesIsNone) {
  const SegmentTimes times = times_of(WalWriter(kSeventh)
                                          .commit(std::numeric_limits<std::int64_t>::max())
                                          .commit(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(times.earliest, std::nullopt);
  EXPECT_EQ(times.commits, 0U);
  // 5e8 as a floating-point number: a server of 9.6 without integer timestamps.
  EXPECT_EQ(times_of(WalWriter(kSeventh).commit(0x41BDCD6500000000)).latest, std::nullopt);
}

TEST(SegmentTimesTest, RestorePointsHaveTheirNamesTimesAndEnds) {
  WalWriter writer(kSeventh);
  writer.record(100).restore_point("before the upgrade", 5);
  const Lsn end{kBase + writer.end()};
  writer.commit(6).restore_point("two\nlines", 7);
  const SegmentTimes times = times_of(writer);
  ASSERT_EQ(times.restore_points.size(), 2U);
  EXPECT_EQ(times.restore_points[0],
            (RestorePoint{.name = "before the upgrade", .time = at(5), .end = end}));
  EXPECT_EQ(times.restore_points[1].name, "two\\x0alines");
  EXPECT_EQ(times.restore_points[1].end, Lsn{kBase + writer.end()});
  EXPECT_FALSE(times.more_restore_points);
  EXPECT_EQ(times.earliest, at(6));  // the time of a restore point is not one of a transaction
}

TEST(SegmentTimesTest, ANameOfFullLengthIsWhole) {
  const std::string name(63, 'n');
  EXPECT_EQ(times_of(WalWriter(kSeventh).restore_point(name, 5)).restore_points[0].name, name);
}

TEST(SegmentTimesTest, MoreRestorePointsThanAreKept) {
  WalWriter writer(kSeventh);
  for (std::size_t i = 0; i < kMostRestorePoints; ++i)
    writer.restore_point("point " + std::to_string(i), 1);
  EXPECT_FALSE(times_of(writer).more_restore_points);
  writer.restore_point("one more", 1);
  const SegmentTimes times = times_of(writer);
  EXPECT_TRUE(times.more_restore_points);
  ASSERT_EQ(times.restore_points.size(), kMostRestorePoints);
  EXPECT_EQ(times.restore_points.back().name, "point 63");
}

TEST(SegmentTimesTest, TheLastCheckpointCounts) {
  WalWriter writer(kSeventh);
  writer.checkpoint(kBase + 1).checkpoint(kBase + 2, 0x00);
  EXPECT_EQ(times_of(writer).last_checkpoint_redo, Lsn{kBase + 2});
  writer.data_record(0x00, 0x30, "12345678");  // XLOG_NEXTOID
  EXPECT_EQ(times_of(writer).last_checkpoint_redo, Lsn{kBase + 2});
}

TEST(SegmentTimesTest, FirstAndLastRecordThatBeginHere) {
  WalWriter writer(kSeventh);
  writer.record(100);
  EXPECT_EQ(times_of(writer).first_record, Lsn{kBase + kFirst});
  EXPECT_EQ(times_of(writer).last_record, Lsn{kBase + kFirst});
  const std::size_t last = writer.end();
  writer.switch_wal();
  EXPECT_EQ(times_of(writer).last_record, Lsn{kBase + last});
}

TEST(SegmentTimesTest, ARecordThatContinuesBeginsHere) {
  WalWriter first(kSeventh);
  first.record(1000);
  const std::size_t last = first.end();
  first.record(3 * kWholeSize);
  EXPECT_EQ(times_of(first).last_record, Lsn{kBase + last});
  WalWriter second(kEighth);
  second.go_on(first);
  EXPECT_EQ(times_of(second).first_record, std::nullopt);
  EXPECT_EQ(times_of(second).last_record, std::nullopt);
  EXPECT_TRUE(times_of(second).known);
}

// Fills the segment so that the next record begins `room` bytes before its end.
WalWriter before_the_end(std::size_t room) {
  WalWriter writer(kSeventh);
  while (kWholeSize - writer.end() > 1000)
    writer.record(200);
  return writer.record(kWholeSize - writer.end() - room);
}

TEST(SegmentTimesTest, AllRecordsOfAWholeSegmentAreComplete) {
  WalWriter writer(kSeventh);
  writer.commit(5);
  const std::size_t last = writer.end();
  writer.switch_wal();
  EXPECT_EQ(times_of(writer).last_complete, Lsn{kBase + last});
  EXPECT_EQ(times_of(writer).open_time, std::nullopt);
  EXPECT_EQ(times_of(writer).unfinished_at, std::nullopt);
}

TEST(SegmentTimesTest, AnUnfinishedSegmentTellsWhereItEnds) {
  WalWriter writer(kSeventh);
  writer.commit(5).commit(6);
  const SegmentTimes times = times_of(writer);
  EXPECT_EQ(times.unfinished_at, Lsn{kBase + writer.end()});
  EXPECT_EQ(times.latest, at(6));
}

// Nobody knows its name before the next segment is there.
TEST(SegmentTimesTest, ARestorePointThatContinuesIsOneMore) {
  for (const std::size_t room : {8U, 16U, 24U, 96U}) {
    const SegmentTimes times = times_of(before_the_end(room).restore_point("hidden", 5));
    EXPECT_TRUE(times.more_restore_points) << room;
    EXPECT_TRUE(times.restore_points.empty()) << room;
  }
  EXPECT_FALSE(times_of(before_the_end(16).record(200)).more_restore_points);
  EXPECT_FALSE(times_of(before_the_end(96).record(98)).more_restore_points) << "its kind is known";
}

TEST(SegmentTimesTest, APartOfARecordDecidesInTheSegmentWhereItBegins) {
  // 24 bytes of a header, 2 of the size of the data, 8 of a time.
  const SegmentTimes open = times_of(
      before_the_end(40).transaction(0x00, 5, std::string_view("\xFC\x01\x02\x03\x04", 5)));
  EXPECT_EQ(open.open_time, at(5));
  EXPECT_EQ(open.latest, std::nullopt) << "it is not complete here";
  EXPECT_EQ(open.commits, 0U);
  EXPECT_LT(*open.last_complete, *open.last_record);
  EXPECT_EQ(times_of(before_the_end(32).commit(5)).open_time, std::nullopt);
  const WalWriter cut = before_the_end(16).commit(5);
  EXPECT_EQ(times_of(cut).commits, 0U);
  EXPECT_EQ(times_of(cut).last_record, Lsn{kBase + kWholeSize - 16});
  // The rest of the record does not count in the next segment.
  WalWriter next(kEighth);
  next.go_on(cut).commit(6);
  EXPECT_EQ(times_of(next).earliest, at(6));
  EXPECT_EQ(times_of(next).commits, 1U);
}

// The time of the last record of `first`, which ends in `second`.
std::optional<TimeMicro> joined(const SegmentTimes& first, const SegmentTimes& second) {
  return time_of_parts(*first.open_head, *second.rest_head);
}

TEST(SegmentTimesTest, ATimeInTheNextSegmentIsFoundInBoth) {
  const std::string_view origin("\xFD\x01\x00", 3);
  for (const std::size_t room : {8U, 16U, 24U, 32U}) {
    const WalWriter before = before_the_end(room).transaction(kAbort, 5, origin);
    WalWriter after(kEighth);
    after.go_on(before);
    const std::uint64_t end = kBase + kWholeSize + after.end();
    after.commit(6);
    const SegmentTimes first = times_of(before), second = times_of(after);
    EXPECT_EQ(first.open_time, std::nullopt);
    EXPECT_EQ(joined(first, second), at(5)) << room;
    EXPECT_EQ(second.rest_end, Lsn{end});
  }
  // The kind of the record lies in the next segment, and is another one.
  const WalWriter before = before_the_end(16).record(200);
  EXPECT_EQ(joined(times_of(before), times_of(WalWriter(kEighth).go_on(before).fill())),
            std::nullopt);
}

TEST(SegmentTimesTest, OnlyARecordThatMayHaveATimeIsKept) {
  EXPECT_FALSE(times_of(before_the_end(40).commit(5)).open_head) << "its time is known";
  EXPECT_FALSE(
      times_of(before_the_end(40).commit(std::numeric_limits<std::int64_t>::max())).open_head)
      << "no server writes this time";
  EXPECT_FALSE(times_of(before_the_end(32).record(200)).open_head) << "its kind is known";
  EXPECT_FALSE(times_of(before_the_end(96).restore_point("p", 5)).open_head);
  EXPECT_FALSE(times_of(WalWriter(kSeventh).commit(5).fill()).open_head);
  EXPECT_FALSE(times_of(WalWriter(kSeventh).commit(5).fill()).rest_head);
}

TEST(SegmentTimesTest, ARecordMayEndInALaterSegmentOrNever) {
  const WalWriter first = WalWriter(kSeventh).record(2 * kWholeSize);
  WalWriter second(kEighth);
  second.go_on(first);
  EXPECT_TRUE(times_of(second).rest_head);
  EXPECT_FALSE(times_of(second).rest_end) << "it passes through";
  WalWriter third("000000010000000000000009");
  third.go_on(second);
  EXPECT_EQ(times_of(third).rest_end, Lsn{kBase + 2 * kWholeSize + third.end()});
  // After a crash, the next segment begins anew.
  const SegmentTimes anew = times_of(WalWriter(kEighth).begin_anew().commit(6));
  EXPECT_FALSE(anew.rest_head);
  EXPECT_EQ(anew.latest, at(6));
}

TEST(SegmentTimesTest, ARecordOverTwoPagesCounts) {
  for (const std::size_t room : {8U, 16U, 24U, 32U, 40U, 96U}) {
    WalWriter writer(kSeventh);
    writer.record(WalWriter::kPage - kFirst - room).restore_point("across", 5).commit(6);
    const SegmentTimes times = times_of(writer);
    ASSERT_EQ(times.restore_points.size(), 1U) << room;
    EXPECT_EQ(times.restore_points[0].name, "across");
    EXPECT_EQ(times.latest, at(6));
  }
}

TEST(SegmentTimesTest, StalePagesDoNotCount) {
  const std::string older =
      WalWriter("000000010000000000000003").commit(1).records(500, 2000).content();
  const SegmentTimes times = times_of(WalWriter(kSeventh, older).commit(9).record(20000));
  EXPECT_EQ(times.earliest, at(9));
  EXPECT_EQ(times.commits, 1U);
}

TEST(SegmentTimesTest, RecordsAfterABrokenOneDoNotCount) {
  WalWriter writer(kSeventh);
  writer.commit(1);
  const std::size_t broken = writer.end();
  writer.record(100).commit(2).fill();
  std::string content = writer.content();
  content[broken + 50] ^= 1;
  const SegmentTimes times = times_of(content);
  EXPECT_EQ(times.latest, at(1));
  EXPECT_EQ(times.commits, 1U);
  EXPECT_EQ(times.last_record, Lsn{kBase + kFirst});
}

TEST(SegmentTimesTest, PiecesOfAnySizeGiveTheSame) {
  WalWriter writer(kSeventh);
  for (int i = 0; i < 200; ++i)
    writer.record(301).commit(i).restore_point("p" + std::to_string(i), i).checkpoint(kBase);
  const SegmentTimes whole = times_of(writer);
  EXPECT_EQ(whole.commits, 200U);
  for (const std::size_t piece : {1U, 7U, 39U, 40U, 41U, 8191U, 8192U, 8193U, 65536U})
    EXPECT_EQ(times_of(writer.content(), piece), whole) << piece;
}

TEST(SegmentTimesTest, UnknownRecordsAreNotKnown) {
  std::string content = WalWriter(kSeventh).commit(1).fill().content();
  EXPECT_TRUE(times_of(content).known);
  const auto with_magic = [&content](std::uint16_t magic) {
    std::string other = content;
    store_little_endian(magic, std::as_writable_bytes(std::span(other)), 0);
    return times_of(other);
  };
  EXPECT_EQ(with_magic(0xD07E), SegmentTimes{});  // 9.4
  EXPECT_EQ(with_magic(0xD1F0), SegmentTimes{});  // a release of the future
  EXPECT_EQ(times_of(std::string(kWholeSize, 'x')), SegmentTimes{});
  EXPECT_EQ(times_of(""), SegmentTimes{});
}

}  // namespace
}  // namespace walstow
