#include "proto/wal/lsn.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

constexpr std::uint64_t kMegabyte = std::uint64_t{1} << 20;

SegmentSize size_of_megabytes(std::uint64_t count) {
  return SegmentSize::from_bytes(count * kMegabyte).value();
}

TEST(LsnTest, PrintsAsPostgresDoes) {
  EXPECT_EQ(to_string(Lsn{0}), "0/0");
  EXPECT_EQ(to_string(Lsn{0x1A2B000028}), "1A/2B000028");
  EXPECT_EQ(to_string(Lsn{~std::uint64_t{0}}), "FFFFFFFF/FFFFFFFF");
}

TEST(LsnTest, ParsesEitherCase) {
  EXPECT_EQ(parse_lsn("1A/2B000028"), Lsn{0x1A2B000028});
  EXPECT_EQ(parse_lsn("1a/2b000028"), Lsn{0x1A2B000028});
  EXPECT_EQ(parse_lsn("0/0"), Lsn{0});
  EXPECT_EQ(parse_lsn("00000001/00000002"), Lsn{0x100000002});
}

TEST(LsnTest, RefusesEverythingElse) {
  for (const char* text : {"", "/", "0", "0/", "/0", "0/0/0", "g/0", "0/0 ", " 0/0", "-1/0",
                           "0x1/0", "000000001/0", "0/000000001", "+1/0", "1,0"}) {
    EXPECT_EQ(parse_lsn(text), std::nullopt) << text;
  }
}

TEST(SegmentSizeTest, IsAPowerOfTwoFrom1MbTo1Gb) {
  for (std::uint64_t size = 1; size <= 1024; size *= 2) {
    ASSERT_TRUE(SegmentSize::from_bytes(size * kMegabyte)) << size;
    EXPECT_EQ(size_of_megabytes(size).bytes(), size * kMegabyte);
    EXPECT_EQ(size_of_megabytes(size).segments_per_log(), 4096 / size);
  }
  for (const std::uint64_t bytes : {std::uint64_t{0}, kMegabyte / 2, kMegabyte + 1, 3 * kMegabyte,
                                    2048 * kMegabyte, std::uint64_t{1} << 40}) {
    EXPECT_EQ(SegmentSize::from_bytes(bytes), std::nullopt) << bytes;
  }
}

TEST(SegmentSizeTest, PrintsInPostgresUnits) {
  EXPECT_EQ(to_string(size_of_megabytes(1)), "1MB");
  EXPECT_EQ(to_string(size_of_megabytes(16)), "16MB");
  EXPECT_EQ(to_string(size_of_megabytes(512)), "512MB");
  EXPECT_EQ(to_string(size_of_megabytes(1024)), "1GB");
}

TEST(SegmentNumberTest, CoversThePositionsFromItsStartToTheNext) {
  for (std::uint64_t size = 1; size <= 1024; size *= 2) {
    const SegmentSize segment_size = size_of_megabytes(size);
    const SegmentNumber number{4096 / size + 1};  // the second of log number 1
    const Lsn start = start_of(number, segment_size);
    EXPECT_EQ(start, Lsn{(std::uint64_t{1} << 32) + size * kMegabyte});
    EXPECT_EQ(segment_of(start, segment_size), number);
    EXPECT_EQ(segment_of(Lsn{start.value + segment_size.bytes() - 1}, segment_size), number);
    EXPECT_EQ(segment_of(Lsn{start.value - 1}, segment_size), SegmentNumber{number.value - 1});
  }
}

TEST(SegmentNumberTest, TheLastSegmentHasTheByteBeforeTheEnd) {
  const SegmentSize size = size_of_megabytes(16);
  const Lsn begin = *parse_lsn("1/2000028");
  struct {
    const char* end;
    std::uint64_t expected;
  } const cases[] = {
      {"1/2000100", 0x102}, {"1/3000000", 0x102}, {"1/3000001", 0x103},
      {"1/5000028", 0x105}, {"1/2000028", 0x102},  // nothing lies between
      {"1/1000028", 0x102}, {"0/0", 0x102},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(last_segment_between(begin, *parse_lsn(test.end), size), SegmentNumber{test.expected})
        << test.end;
  }
}

// So what ends there is above everything, and not below.
TEST(SegmentNumberTest, BehindTheLastSegmentNothingStartsAgain) {
  const SegmentSize size = *SegmentSize::from_bytes(std::uint64_t{16} << 20);
  const SegmentNumber last{(std::uint64_t{1} << 40) - 1};
  EXPECT_EQ(to_string(start_of(last, size)), "FFFFFFFF/FF000000");
  EXPECT_EQ(to_string(start_of({last.value + 1}, size)), "FFFFFFFF/FFFFFFFF");
}

TEST(TimelineTest, HasEightUpperCaseDigits) {
  EXPECT_EQ(to_hex8(Timeline{10}), "0000000A");
  EXPECT_EQ(to_hex8(Timeline{0xFFFFFFFF}), "FFFFFFFF");
}

}  // namespace
}  // namespace walstow
