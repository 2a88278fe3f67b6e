#include "proto/wal/backup_history.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

// Of PostgreSQL 15.
const std::string kFile =
    "START WAL LOCATION: 0/8000028 (file 000000010000000000000008)\n"
    "STOP WAL LOCATION: 0/9000138 (file 000000010000000000000009)\n"
    "CHECKPOINT LOCATION: 0/8000060\n"
    "BACKUP METHOD: streamed\n"
    "BACKUP FROM: primary\n"
    "START TIME: 2026-11-22 21:03:41 UTC\n"
    "LABEL: pg_basebackup: base backup\n"
    "START TIMELINE: 1\n"
    "STOP TIME: 2026-11-22 21:03:59 UTC\n"
    "STOP TIMELINE: 1\n";

std::string replaced(const std::string& what, const std::string& by) {
  std::string text = kFile;
  return text.replace(text.find(what), what.size(), by);
}

TEST(BackupHistoryTest, IsReadAsPostgresWritesIt) {
  const auto backup = parse_backup_history(kFile);
  ASSERT_TRUE(backup);
  EXPECT_EQ(to_string(backup->start), "0/8000028");
  EXPECT_EQ(to_string(backup->stop), "0/9000138");
  EXPECT_EQ(backup->start_timeline, Timeline{1});
  EXPECT_EQ(backup->stop_timeline, Timeline{1});
  EXPECT_EQ(backup->label, "pg_basebackup: base backup");
  EXPECT_EQ(backup->started, parse_iso8601("2026-11-22T21:03:41Z"));
  EXPECT_EQ(backup->stopped, parse_iso8601("2026-11-22T21:03:59Z"));
}

TEST(BackupHistoryTest, ATimeOfAnotherZoneIsNotGuessed) {
  const auto backup = parse_backup_history(replaced("21:03:59 UTC", "22:03:59 CET"));
  ASSERT_TRUE(backup);
  EXPECT_TRUE(backup->started);
  EXPECT_FALSE(backup->stopped);
}

TEST(BackupHistoryTest, WithoutItsLocationsItIsNone) {
  for (const std::string& text :
       {std::string(), std::string("START WAL LOCATION: ...\n"), replaced("0/8000028", "8000028"),
        replaced("(file 000000010000000000000008)", "(file ../../x)"),
        replaced("(file 000000010000000000000008)", ""), replaced("STOP WAL", "STOPPED WAL"),
        replaced("0/9000138", "0/7000138")}) {
    EXPECT_FALSE(parse_backup_history(text)) << text;
  }
}

TEST(BackupHistoryTest, ALabelCannotMoveTheBackup) {
  const std::string label = "x\nSTART WAL LOCATION: 0/1000028 (file 000000010000000000000001)";
  const auto backup = parse_backup_history(replaced("pg_basebackup", label));
  ASSERT_TRUE(backup);
  EXPECT_EQ(to_string(backup->start), "0/8000028");
}

TEST(BackupHistoryTest, ALabelOfAnyLengthIsBounded) {
  const auto backup = parse_backup_history(replaced("pg_basebackup", std::string(1 << 20, 'x')));
  ASSERT_TRUE(backup);
  EXPECT_EQ(backup->label.size(), 1024U);
}

TEST(BackupHistoryTest, ItsNameIsThatOfItsStart) {
  const auto backup = *parse_backup_history(kFile);
  const SegmentSize size = *SegmentSize::from_bytes(std::uint64_t{16} << 20);
  const auto compared = [&](const char* name) {
    return compare_with_name(backup, *WalFileName::parse(name), size);
  };
  EXPECT_EQ(compared("000000010000000000000008.00000028.backup"), "");
  for (const char* name :
       {"000000010000000000000009.00000028.backup", "000000020000000000000008.00000028.backup",
        "000000010000000000000008.00000060.backup"}) {
    EXPECT_EQ(compared(name),
              "its START WAL LOCATION is 0/8000028, so its name should be "
              "000000010000000000000008.00000028.backup");
  }
}

}  // namespace
}  // namespace walstow
