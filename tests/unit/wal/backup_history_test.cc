#include "proto/wal/backup_history.h"

#include <gtest/gtest.h>

#include "proto/wal/log_place.h"

namespace walstow {
namespace {

// As PostgreSQL 15 wrote it.
constexpr std::string_view kContent =
    "START WAL LOCATION: 0/8000028 (file 000000010000000000000080)\n"
    "STOP WAL LOCATION: 0/8000100 (file 000000010000000000000080)\n"
    "CHECKPOINT LOCATION: 0/8000060\n"
    "BACKUP METHOD: streamed\n"
    "BACKUP FROM: primary\n"
    "START TIME: 2026-11-22 19:39:58 UTC\n"
    "LABEL: nightly: STOP TIME\n"
    "START TIMELINE: 1\n"
    "STOP TIME: 2026-11-22 19:40:00 UTC\n"
    "STOP TIMELINE: 1\n";

TEST(BackupHistoryTest, SaysWhereABackupStartsAndStops) {
  const auto history = parse_backup_history(kContent);
  ASSERT_TRUE(history);
  EXPECT_EQ(to_string(history->start), "0/8000028");
  EXPECT_EQ(to_string(history->stop), "0/8000100");
  EXPECT_EQ(history->label, "nightly: STOP TIME");
  EXPECT_EQ(history->stopped, parse_iso8601("2026-11-22T19:40:00Z"));
}

TEST(BackupHistoryTest, ATimeOfAnotherZoneIsNone) {
  std::string content(kContent);
  content.replace(content.rfind("UTC"), 3, "CST");
  const auto history = parse_backup_history(content);
  ASSERT_TRUE(history);
  EXPECT_FALSE(history->stopped);
}

TEST(BackupHistoryTest, WithoutBothPlacesItIsNone) {
  EXPECT_FALSE(parse_backup_history(""));
  EXPECT_FALSE(parse_backup_history("START WAL LOCATION: ...\n"));
  EXPECT_FALSE(parse_backup_history(kContent.substr(0, 70)));
  EXPECT_FALSE(parse_backup_history("START WAL LOCATION: 0/9\nSTOP WAL LOCATION: 0/8\n"));
}

TEST(LogPlaceTest, IsAFileOrAnLsn) {
  const SegmentSize size = *SegmentSize::from_bytes(16U << 20);
  const auto segment = LogPlace::parse("00000002000000010000000A");
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->timeline(), Timeline{2});
  EXPECT_EQ(segment->segment(size), SegmentNumber{256 + 10});
  EXPECT_EQ(segment->segment(*SegmentSize::from_bytes(1U << 30)), std::nullopt);
  const auto lsn = LogPlace::parse("1/A000028");
  ASSERT_TRUE(lsn);
  EXPECT_EQ(lsn->timeline(), std::nullopt);
  EXPECT_EQ(lsn->segment(size), SegmentNumber{256 + 10});
  EXPECT_EQ(lsn->text(), "1/A000028");
  EXPECT_TRUE(LogPlace::parse("000000010000000000000008.00000028.backup"));
  for (const char* const bad : {"", "00000002.history", "1", "x/1", "../x"})
    EXPECT_FALSE(LogPlace::parse(bad)) << bad;
}

}  // namespace
}  // namespace walstow
