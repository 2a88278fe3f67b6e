#include "proto/client/precheck.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "proto/base/error.h"
#include "tests/support/wal_samples.h"

namespace walstow {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t kSize16Mb = 16 * kMebibyte;
constexpr std::string_view kHistory = "1\t0/A00000\tno recovery target specified\n";
constexpr std::string_view kBackup =
    "START WAL LOCATION: 0/2000028 (file 000000010000000000000002)\n";

const ServerIdentity kServer16Mb{.system_identifier = samples::kSystem16Mb,
                                 .segment_size = SegmentSize::from_bytes(kSize16Mb)};

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_NE(error.hint(), "") << error.what();
    return error.what();
  }
  return "no error";
}

std::vector<std::byte> bytes_of(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

Candidate candidate(std::string_view name, std::uint64_t size, ByteView beginning) {
  return {.name = WalFileName::parse(name).value(), .size = size, .beginning = beginning};
}

TEST(PrecheckTest, TakesTheNameFromTheLastPartOfThePath) {
  for (const std::string path :
       {"000000010000000000000007", "pg_wal/000000010000000000000007",
        "/srv/pg_wal/000000010000000000000007", "./../x/000000010000000000000007"}) {
    EXPECT_EQ(parse_archive_name(path).text(), "000000010000000000000007") << path;
  }
}

TEST(PrecheckTest, RefusesOtherNames) {
  for (const std::string path :
       {"", "/", "..", "pg_wal/..", "pg_wal/", "postgresql.conf", "pg_wal/00000001000000000000000a",
        "pg_wal/00000001000000000000000", "pg_wal/000000000000000000000007", "2.history",
        "pg_wal/000000010000000000000007.done"}) {
    EXPECT_EQ(message_of([&] { parse_archive_name(path); }), "its name is not that of a WAL file")
        << path;
  }
}

TEST(PrecheckTest, KnowsFromTheSizeHowMuchToRead) {
  struct {
    std::string_view name;
    std::uint64_t size;
    std::size_t bytes;
  } const cases[] = {
      {"000000010000000000000007", kMebibyte, kSegmentHeaderSize},
      {"000000010000000000000007", 1024 * kMebibyte, kSegmentHeaderSize},
      {"000000010000000000000007.partial", kSize16Mb, kSegmentHeaderSize},
      {"00000002.history", 41, 41},
      {"000000010000000000000007.00000028.backup", 300, 300},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(bytes_to_check(WalFileName::parse(test.name).value(), test.size), test.bytes);
  }
}

TEST(PrecheckTest, RefusesSizesThatNoSuchFileHas) {
  struct {
    std::string_view name;
    std::uint64_t size;
    std::string_view message;
  } const cases[] = {
      {"000000010000000000000007", 0,
       "it has 0 bytes, but a segment's size is a power of two from 1MB to 1GB"},
      {"000000010000000000000007", kMebibyte - 1,
       "it has 1048575 bytes, but a segment's size is a power of two from 1MB to 1GB"},
      {"000000010000000000000007", 3 * kMebibyte,
       "it has 3145728 bytes, but a segment's size is a power of two from 1MB to 1GB"},
      {"000000010000000000000007.partial", 2048 * kMebibyte,
       "it has 2147483648 bytes, but a segment's size is a power of two from 1MB to 1GB"},
      {"00000002.history", 0, "it is empty"},
      {"00000002.history", kMebibyte + 1,
       "it has 1048577 bytes, but a timeline history file has at most 1048576"},
      {"000000010000000000000007.00000028.backup", kMebibyte + 1,
       "it has 1048577 bytes, but a backup history file has at most 1048576"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(message_of([&] { bytes_to_check(WalFileName::parse(test.name).value(), test.size); }),
              test.message);
  }
}

TEST(PrecheckTest, ASegmentSaysItselfWhereItBelongs) {
  const auto header = samples::bytes_of_hex(samples::kSegment1Mb);
  const ServerIdentity owner =
      precheck(candidate("000000010000000000000007", kMebibyte, header), {}).owner;
  EXPECT_EQ(owner.system_identifier, samples::kSystem1Mb);
  EXPECT_EQ(owner.segment_size, SegmentSize::from_bytes(kMebibyte));
}

TEST(PrecheckTest, TheFirstPageAfterASwitchIsOfTheOlderTimeline) {
  const auto header = samples::bytes_of_hex(samples::kSegmentAfterSwitch);
  EXPECT_NO_THROW(precheck(candidate("00000002000000000000000A", kMebibyte, header), {}));
  EXPECT_NO_THROW(precheck(candidate("00000001000000000000000A.partial", kMebibyte, header), {}));
}

TEST(PrecheckTest, RefusesASegmentThatContradictsItsNameOrItsServer) {
  struct {
    std::string_view name;
    samples::PageFields fields;
    std::uint64_t size;
    std::string_view message;
  } const cases[] = {
      {"000000010000000000000007",
       {.magic = 0},
       kSize16Mb,
       "it is not a WAL segment: page magic 0x0000 belongs to no PostgreSQL release from 9.3 to "
       "19"},
      {"000000010000000000000008",
       {},
       kSize16Mb,
       "its first page has the address 0/7000000, but according to its name it should have "
       "0/8000000"},
      {"000000010000000000000007",
       {},
       kMebibyte,
       "it has 1048576 bytes, but a segment has 16777216"},
      {"000000010000000000000007",
       {.timeline = 2},
       kSize16Mb,
       "its first page is from timeline 2, but its name is from the older timeline 1"},
      {"000000010000000000000100",
       {},
       kSize16Mb,
       "with a segment size of 16MB, no segment has this name"},
      {"000000010000000000000007",
       {.system_identifier = 5},
       kSize16Mb,
       "its system identifier is 5, but the cluster's is 7711084899053762744"},
  };
  for (const auto& test : cases) {
    const auto header = samples::page_header(test.fields);
    EXPECT_EQ(message_of([&] { precheck(candidate(test.name, test.size, header), kServer16Mb); }),
              test.message);
  }
}

TEST(PrecheckTest, TellsAReleaseThatIsNewer) {
  constexpr std::string_view kName = "000000010000000000000007";
  const auto magic_of = [&](std::uint16_t magic) {
    const auto header = samples::page_header({.magic = magic});
    const auto newer = precheck(candidate(kName, kSize16Mb, header), kServer16Mb).newer;
    return newer ? newer->magic : 0;
  };
  EXPECT_EQ(magic_of(0xD122), 0);
  EXPECT_EQ(magic_of(0xD130), 0xD130);
  // Without a server to compare it with, such a magic proves too little.
  const auto header = samples::page_header({.magic = 0xD130});
  try {
    precheck(candidate(kName, kSize16Mb, header), {});
    ADD_FAILURE() << "taken";
  } catch (const Error& error) {
    EXPECT_NE(error.hint().find("--pgdata"), std::string::npos);
  }
}

TEST(PrecheckTest, OnlyDamageSendsPeopleToTheDisks) {
  const auto hint_of = [](const samples::PageFields& fields) -> std::string {
    const auto header = samples::page_header(fields);
    try {
      precheck(candidate("000000010000000000000007", kSize16Mb, header), kServer16Mb);
    } catch (const Error& error) {
      return error.hint();
    }
    return "taken";
  };
  EXPECT_NE(hint_of({.magic = 0}).find("disk errors"), std::string::npos);
  EXPECT_NE(hint_of({.magic = 0x10D1}).find("little-endian"), std::string::npos);
  EXPECT_NE(hint_of({.magic = 0xD066}).find("older than PostgreSQL 9.3"), std::string::npos);
}

TEST(PrecheckTest, SmallFilesBelongToTheServer) {
  for (const auto& [name, content] : {std::pair{"00000002.history", kHistory},
                                      {"000000010000000000000002.00000028.backup", kBackup}}) {
    const auto bytes = bytes_of(content);
    const ServerIdentity owner = precheck(candidate(name, bytes.size(), bytes), kServer16Mb).owner;
    EXPECT_EQ(owner.system_identifier, samples::kSystem16Mb);
    EXPECT_EQ(owner.segment_size, kServer16Mb.segment_size);
    EXPECT_THROW(precheck(candidate(name, bytes.size(), bytes), {}), Error) << "whose is it?";
  }
}

TEST(PrecheckTest, RefusesSmallFilesThatAreNotWhatTheirNameSays) {
  struct {
    std::string_view name;
    std::string_view content;
    std::string_view message;
  } const cases[] = {
      {"00000002.history", "nonsense\n",
       "it is not a timeline history file: line 1: expected a timeline's number"},
      {"00000002.history", "2\t0/A00000\tx\n",
       "it is not a timeline history file: line 1: timeline 2 is not below the file's own, 2"},
      {"000000010000000000000002.00000028.backup", "nonsense\n",
       "it is not a backup history file, a text that begins with \"START WAL LOCATION: "
       "\""},
      {"000000010000000000000002.00000028.backup",
       std::string_view("START WAL LOCATION: \0\0\0", 23),
       "it is not a backup history file, a text that begins with \"START WAL LOCATION: "
       "\""},
      {"000000010000000000000100.00000028.backup", kBackup,
       "with a segment size of 16MB, no segment has this name"},
  };
  for (const auto& test : cases) {
    const auto bytes = bytes_of(test.content);
    EXPECT_EQ(message_of([&] { precheck(candidate(test.name, bytes.size(), bytes), kServer16Mb); }),
              test.message);
  }
}

}  // namespace
}  // namespace walstow
