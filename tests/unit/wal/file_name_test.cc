#include "proto/wal/file_name.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

SegmentSize megabytes(std::uint64_t count) {
  return SegmentSize::from_bytes(count << 20).value();
}

struct GoodName {
  const char* text;
  FileKind kind;
  std::uint32_t timeline;
  std::uint64_t number;  // at 16 MB
};

TEST(FileNameTest, KnowsEveryKind) {
  const GoodName names[] = {
      {"000000010000000A000000FF", FileKind::kSegment, 1, 0xAFF},
      {"FFFFFFFFFFFFFFFF000000FF", FileKind::kSegment, 0xFFFFFFFF, 0xFFFFFFFFFF},
      {"000000020000000000000001.partial", FileKind::kPartial, 2, 1},
      {"000000010000000A000000FF.00000028.backup", FileKind::kBackup, 1, 0xAFF},
  };
  for (const GoodName& name : names) {
    const auto parsed = WalFileName::parse(name.text);
    ASSERT_TRUE(parsed) << name.text;
    EXPECT_EQ(parsed->kind(), name.kind) << name.text;
    EXPECT_EQ(parsed->timeline().value, name.timeline) << name.text;
    EXPECT_EQ(parsed->text(), name.text);
    EXPECT_EQ(parsed->segment_text(), std::string(name.text).substr(0, 24));
    ASSERT_TRUE(parsed->fits(megabytes(16))) << name.text;
    EXPECT_EQ(parsed->number(megabytes(16)).value, name.number) << name.text;
  }
}

TEST(FileNameTest, KnowsTimelineHistory) {
  const auto parsed = WalFileName::parse("0000000A.history");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->kind(), FileKind::kHistory);
  EXPECT_EQ(parsed->timeline(), Timeline{10});
  EXPECT_TRUE(parsed->fits(megabytes(1024)));
}

TEST(FileNameTest, RefusesEverythingElse) {
  for (const char* text : {
           "",
           ".",
           "..",
           "00000001",
           "0000000",
           "00000001000000000000000",
           "0000000100000000000000011",
           "00000001000000000000000G",
           "00000001000000000000000a",
           "0000000a.history",
           "00000000.history",
           "00000002.History",
           "00000002.history.zst",
           "000000000000000000000001",
           "../00000010000000A000000FF",
           "0000000100000000/0000001",
           "000000010000000000000001 ",
           " 00000001000000000000001",
           "000000010000000000000001.",
           "000000010000000000000001.PARTIAL",
           "000000010000000000000001.partial.",
           "000000010000000000000001.partial.0123456789ab",
           "000000010000000000000001.ready",
           "000000010000000000000001.backup",
           "000000010000000000000001.28.backup",
           "000000010000000000000001.0000002a.backup",
           "000000010000000000000001.00000028.backup2",
           "000000010000000000000001x00000028.backup",
           "-0000001000000000000000A",
           "+0000001000000000000000A",
           "0x000001000000000000000A",
           "RECOVERYXLOG",
           "RECOVERYHISTORY",
       }) {
    EXPECT_FALSE(WalFileName::parse(text)) << text;
  }
  EXPECT_FALSE(WalFileName::parse(std::string(1000, '0')));
  EXPECT_FALSE(WalFileName::parse(std::string_view("00000001\0.history", 17)));
}

TEST(FileNameTest, FitsOnlyBelowTheSegmentsOfALog) {
  struct {
    const char* text;
    std::uint64_t smallest_misfit;  // MB
  } const cases[] = {
      {"000000010000000000000003", 2048},       {"000000010000000000000004", 1024},
      {"0000000100000000000000FF", 32},         {"000000010000000000000100", 16},
      {"000000010000000000000FFF", 2},          {"000000010000000000001000", 1},
      {"000000010000000000000100.partial", 16}, {"000000010000000000000100.00000028.backup", 16},
  };
  for (const auto& test : cases) {
    const auto name = WalFileName::parse(test.text);
    ASSERT_TRUE(name) << test.text;
    for (std::uint64_t size = 1; size <= 1024; size *= 2) {
      EXPECT_EQ(name->fits(megabytes(size)), size < test.smallest_misfit)
          << test.text << " at " << size << " MB";
    }
  }
}

TEST(FileNameTest, MakesTheNameOfASegment) {
  for (std::uint64_t size = 1; size <= 1024; size *= 2) {
    for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{1}, 4096 / size - 1,
                                       4096 / size, std::uint64_t{0x12345}}) {
      const auto name = WalFileName::segment(Timeline{3}, SegmentNumber{number}, megabytes(size));
      EXPECT_EQ(name.number(megabytes(size)).value, number);
      EXPECT_TRUE(name.fits(megabytes(size)));
      EXPECT_EQ(WalFileName::parse(name.text()), name);
    }
  }
  EXPECT_EQ(WalFileName::segment(Timeline{1}, SegmentNumber{256}, megabytes(16)).text(),
            "000000010000000100000000");
  EXPECT_EQ(WalFileName::segment(Timeline{1}, SegmentNumber{256}, megabytes(1)).text(),
            "000000010000000000000100");
}

TEST(FileNameTest, MakesTheNameOfAHistory) {
  const auto name = WalFileName::history(Timeline{0xAB});
  EXPECT_EQ(name.text(), "000000AB.history");
  EXPECT_EQ(WalFileName::parse(name.text()), name);
}

TEST(FileNameTest, NamesItsKindInMessages) {
  EXPECT_EQ(to_string(FileKind::kSegment), "segment");
  EXPECT_EQ(to_string(FileKind::kPartial), "partial segment");
  EXPECT_EQ(to_string(FileKind::kHistory), "timeline history file");
  EXPECT_EQ(to_string(FileKind::kBackup), "backup history file");
}

}  // namespace
}  // namespace walstow
