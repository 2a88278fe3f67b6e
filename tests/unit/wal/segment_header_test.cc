#include "proto/wal/segment_header.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/wal_samples.h"

namespace walstow {
namespace {

using samples::bytes_of_hex;
using samples::page_header;
using samples::PageFields;

SegmentHeader header_of_hex(std::string_view hex) {
  const SegmentHeaderResult result = parse_segment_header(bytes_of_hex(hex));
  EXPECT_EQ(result.problem, "");
  return result.header.value();
}

WalFileName name_of(std::string_view text) {
  return WalFileName::parse(text).value();
}

TEST(SegmentHeaderTest, ReadsRealSegments) {
  struct {
    std::string_view hex;
    std::uint64_t address;
    std::uint64_t system;
    std::uint32_t megabytes;
  } const cases[] = {
      {samples::kSegment1Mb, 0x700000, samples::kSystem1Mb, 1},
      {samples::kSegmentAfterSwitch, 0xA00000, samples::kSystem1Mb, 1},
      {samples::kPartial1Mb, 0xA00000, samples::kSystem1Mb, 1},
      {samples::kSegment16Mb, 0x1000000, samples::kSystem16Mb, 16},
      {samples::kSegment64Mb, 0x4000000, samples::kSystem64Mb, 64},
  };
  for (const auto& test : cases) {
    const SegmentHeader header = header_of_hex(test.hex);
    EXPECT_EQ(header.magic, 0xD110);
    EXPECT_EQ(header.release, "15");
    EXPECT_EQ(header.timeline, Timeline{1});
    EXPECT_EQ(header.page_address, Lsn{test.address});
    EXPECT_EQ(header.system_identifier, test.system);
    EXPECT_EQ(header.segment_size.bytes(), test.megabytes << 20);
  }
}

TEST(SegmentHeaderTest, KnowsEveryRelease) {
  struct {
    std::uint16_t magic;
    std::string_view release;
  } const cases[] = {
      {0xD075, "9.3"}, {0xD07E, "9.4"},    {0xD087, "9.5"},    {0xD093, "9.6"},
      {0xD097, "10"},  {0xD098, "11"},     {0xD101, "12"},     {0xD106, "13"},
      {0xD10D, "14"},  {0xD110, "15"},     {0xD113, "16"},     {0xD116, "17"},
      {0xD118, "18"},  {0xD120, "19beta"}, {0xD121, "19beta"}, {0xD122, "19"},
  };
  for (const auto& test : cases) {
    const auto result = parse_segment_header(page_header({.magic = test.magic}));
    ASSERT_TRUE(result.header) << result.problem;
    EXPECT_EQ(result.header->release, test.release);
  }
}

TEST(SegmentHeaderTest, SaysWhyBytesAreNoSegment) {
  struct {
    PageFields fields;
    const char* problem;
  } const cases[] = {
      {{.magic = 0},
       "is not a WAL segment: page magic 0x0000 belongs to no PostgreSQL release from 9.3 to 19"},
      {{.magic = 0xD074},
       "is not a WAL segment: page magic 0xD074 belongs to no PostgreSQL release from 9.3 to 19"},
      {{.magic = 0x10D1},
       "is a WAL segment of a big-endian server, which is not supported: page magic 0x10D1 is "
       "0xD110 of PostgreSQL 15 with its bytes swapped"},
      // Between two releases: a development version's.
      {{.magic = 0xD119},
       "is not a WAL segment: page magic 0xD119 belongs to no PostgreSQL release from 9.3 to 19"},
      {{.magic = 0xE123},
       "is not a WAL segment: page magic 0xE123 belongs to no PostgreSQL release from 9.3 to 19"},
      {{.info = 0x0005},
       "is not a WAL segment: its first page has no long header, so that page is not the first "
       "page of a "
       "segment"},
      {{.timeline = 0}, "is not a WAL segment: its first page is from timeline 0"},
      {{.system_identifier = 0}, "is not a WAL segment: its system identifier is 0"},
      {{.segment_size = 12345678},
       "is not a WAL segment: its segment size of 12345678 bytes is not a power of two from 1MB to "
       "1GB"},
      {{.page_size = 0},
       "is not a WAL segment: its page size of 0 bytes is not a power of two from 1kB to 64kB"},
      {{.page_size = 512},
       "is not a WAL segment: its page size of 512 bytes is not a power of two from 1kB to 64kB"},
      {{.page_size = 131072},
       "is not a WAL segment: its page size of 131072 bytes is not a power of two from 1kB to "
       "64kB"},
      {{.page_address = 0x7002000},
       "is not a WAL segment: its first page has the address 0/7002000, where no segment of 16MB "
       "starts"},
  };
  for (const auto& test : cases) {
    const auto result = parse_segment_header(page_header(test.fields));
    EXPECT_FALSE(result.header);
    EXPECT_EQ(result.problem, test.problem);
  }
}

// All but the magic is as it has always been.
TEST(SegmentHeaderTest, TakesAReleaseThatIsNewerThanAnyKnown) {
  for (const auto magic : std::initializer_list<std::uint16_t>{0xD123, 0xD130, 0xDFFF}) {
    const auto result = parse_segment_header(page_header({.magic = magic, .info = 0x000F}));
    ASSERT_TRUE(result.header) << result.problem;
    EXPECT_EQ(result.header->release, "");
    EXPECT_EQ(result.header->magic, magic);
    EXPECT_EQ(result.header->page_address, Lsn{0x7000000});
  }
}

TEST(SegmentHeaderTest, AsksMoreOfANewerReleaseThanItsMagic) {
  const PageFields cases[] = {
      {.magic = 0xD130, .info = 0x0012},     // a flag that nobody knows
      {.magic = 0xD130, .info = 0x0001},     // no long header
      {.magic = 0xD130, .timeline = 0},      //
      {.magic = 0xD130, .page_address = 1},  // where no segment starts
      {.magic = 0xD130, .system_identifier = 0}, {.magic = 0xD130, .segment_size = 1000},
      {.magic = 0xD130, .page_size = 1000},
  };
  for (const PageFields& fields : cases)
    EXPECT_FALSE(parse_segment_header(page_header(fields)).header);
}

// Of other machines, and of older servers, the file is sound: nobody should look for disk errors.
TEST(SegmentHeaderTest, TellsWhatIsSoundFromWhatIsDamaged) {
  EXPECT_NE(parse_segment_header(page_header({.magic = 0x10D1})).hint.find("little-endian"),
            std::string::npos);
  EXPECT_NE(parse_segment_header(page_header({.magic = 0xD066})).hint.find("older than"),
            std::string::npos);
  auto big_endian = page_header({.magic = 0x30D1});
  EXPECT_EQ(parse_segment_header(big_endian).hint, "") << "its sizes are not";
  for (const std::ptrdiff_t at : {32, 36})
    std::reverse(big_endian.begin() + at, big_endian.begin() + at + 4);
  EXPECT_NE(parse_segment_header(big_endian).hint.find("little-endian"), std::string::npos);
  EXPECT_EQ(parse_segment_header(page_header({.magic = 0})).hint, "");
  EXPECT_EQ(parse_segment_header(page_header({.info = 0x0001})).hint, "");

  auto bytes = page_header({});
  std::fill(bytes.begin() + 20, bytes.end(), std::byte{0x5A});
  store_little_endian(samples::kSystem16Mb, bytes, 20);
  store_little_endian(std::uint32_t{16} << 20, bytes, 28);
  store_little_endian(std::uint32_t{8192}, bytes, 32);
  const auto result = parse_segment_header(bytes);
  EXPECT_EQ(result.problem, "is a WAL segment of a 32-bit server, which is not supported");
  EXPECT_NE(result.hint.find("64-bit"), std::string::npos);
}

TEST(SegmentHeaderTest, NeedsAllOfItsBytes) {
  const auto bytes = page_header({});
  for (std::size_t size = 0; size < kSegmentHeaderSize; ++size) {
    const auto result = parse_segment_header(ByteView(bytes).first(size));
    EXPECT_FALSE(result.header);
    EXPECT_EQ(result.problem, "is not a WAL segment: it has " + std::to_string(size) +
                                  " bytes, but its header alone takes 40");
  }
}

TEST(SegmentHeaderTest, TakesEveryPageSizeOfPostgres) {
  for (std::uint32_t size = 1024; size <= 65536; size *= 2) {
    EXPECT_TRUE(parse_segment_header(page_header({.page_size = size})).header) << size;
  }
}

TEST(SegmentCheckTest, AgreesWithRealNames) {
  struct {
    std::string_view hex;
    const char* name;
  } const cases[] = {
      {samples::kSegment1Mb, "000000010000000000000007"},
      {samples::kPartial1Mb, "00000001000000000000000A.partial"},
      // Copied at the switch: the page is of timeline 1, the file of timeline 2.
      {samples::kSegmentAfterSwitch, "00000002000000000000000A"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(
        check_segment_header(header_of_hex(test.hex), {.name = name_of(test.name),
                                                       .file_size = 1U << 20,
                                                       .system_identifier = samples::kSystem1Mb}),
        std::nullopt)
        << test.name;
  }
}

TEST(SegmentCheckTest, NamesWhatDisagrees) {
  constexpr std::uint64_t kFullSize = 16U << 20;
  struct {
    PageFields fields;
    const char* name;
    std::uint64_t file_size;
    const char* problem;
  } const cases[] = {
      {{},
       "000000010000000000000008",
       kFullSize,
       "its first page has the address 0/7000000, but according to its name it should have "
       "0/8000000"},
      {{.page_address = 0x107000000},
       "000000010000000000000007",
       kFullSize,
       "its first page has the address 1/7000000, but according to its name it should have "
       "0/7000000"},
      {{},
       "000000010000000000000107",
       kFullSize,
       "with a segment size of 16MB, no segment has this name"},
      {{},
       "000000010000000000000007",
       kFullSize - 1,
       "it has 16777215 bytes, but a segment has 16777216"},
      {{},
       "000000010000000000000007",
       kFullSize + 1,
       "it has 16777217 bytes, but a segment has 16777216"},
      {{},
       "000000010000000000000007.partial",
       8192,
       "it has 8192 bytes, but a segment has 16777216"},
      {{.system_identifier = 42},
       "000000010000000000000007",
       kFullSize,
       "its system identifier is 42, but the cluster's is 7711084899053762744"},
      {{.timeline = 3},
       "000000020000000000000007",
       kFullSize,
       "its first page is from timeline 3, but its name is from the older timeline 2"},
  };
  for (const auto& test : cases) {
    const auto parsed = parse_segment_header(page_header(test.fields));
    ASSERT_TRUE(parsed.header) << parsed.problem;
    EXPECT_EQ(check_segment_header(*parsed.header, {.name = name_of(test.name),
                                                    .file_size = test.file_size,
                                                    .system_identifier = samples::kSystem16Mb}),
              test.problem);
  }
}

TEST(SegmentCheckTest, AsksForNoSystemIdentifierThatIsNotKnown) {
  const auto parsed = parse_segment_header(page_header({.system_identifier = 42}));
  EXPECT_EQ(
      check_segment_header(parsed.header.value(), {.name = name_of("000000010000000000000007"),
                                                   .file_size = 16U << 20,
                                                   .system_identifier = std::nullopt}),
      std::nullopt);
}

TEST(SegmentCheckTest, TakesANewerReleaseOnlyFromAKnownServer) {
  const auto parsed = parse_segment_header(page_header({.magic = 0xD130}));
  SegmentExpectation expected{.name = name_of("000000010000000000000007"),
                              .file_size = 16U << 20,
                              .system_identifier = samples::kSystem16Mb};
  EXPECT_EQ(check_segment_header(parsed.header.value(), expected), std::nullopt);
  expected.system_identifier = 42;
  EXPECT_NE(check_segment_header(parsed.header.value(), expected), std::nullopt);
  expected.system_identifier.reset();
  EXPECT_EQ(check_segment_header(parsed.header.value(), expected),
            "page magic 0xD130 belongs to a release newer than PostgreSQL 19, and there is no data "
            "directory "
            "to compare its system identifier with");
}

}  // namespace
}  // namespace walstow
