#include "proto/wal/control_file.h"

#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <utility>

#include "tests/support/wal_samples.h"

namespace walstow {
namespace {

std::vector<std::byte> control_file(std::string_view hex) {
  std::vector<std::byte> bytes = samples::bytes_of_hex(hex);
  bytes.resize(8192);  // PG_CONTROL_FILE_SIZE
  return bytes;
}

std::string content_of(const std::string& name) {
  std::ifstream file(WALSTOW_SOURCE_DIR "/tests/support/vectors/pg19/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr std::size_t kTimelineOffset = 48;  // since PostgreSQL 11
// The floating-point constant of PostgreSQL 15.
constexpr std::size_t kProbeOffset = 0xD0;

TEST(ControlFileTest, ReadsRealFiles) {
  struct {
    std::string_view hex;
    std::uint64_t system;
    std::uint64_t megabytes;
  } const cases[] = {
      {samples::kControlFile1Mb, samples::kSystem1Mb, 1},
      {samples::kControlFile16Mb, samples::kSystem16Mb, 16},
      {samples::kControlFile64Mb, samples::kSystem64Mb, 64},
  };
  for (const auto& test : cases) {
    const auto control = parse_control_file(control_file(test.hex));
    ASSERT_TRUE(control);
    EXPECT_EQ(control->system_identifier, test.system);
    EXPECT_EQ(control->segment_size, SegmentSize::from_bytes(test.megabytes << 20));
  }
}

// What other releases' initdb --wal-segsize=1 wrote (10: 16 MB, built in), by the offsets of the
// floating-point constant and of the segment size in the real files; before 10 by the release's
// pg_control.h.
TEST(ControlFileTest, KnowsWhereEachReleaseKeepsTheSegmentSize) {
  struct {
    const char* release;
    std::uint32_t version, catalog;
    std::size_t float_format, segment_size;
  } const cases[] = {
      {"9.3", 937, 201306121, 184, 204}, {"9.4", 942, 201409291, 192, 212},
      {"9.5", 942, 201510051, 208, 228}, {"9.6", 960, 201608131, 208, 228},
      {"10", 1002, 201707211, 208, 228}, {"11", 1100, 201809051, 200, 220},
      {"12", 1201, 201909212, 208, 228}, {"13", 1300, 202007201, 208, 228},
      {"14", 1300, 202107181, 208, 228}, {"16", 1300, 202307071, 208, 228},
      {"17", 1700, 202406281, 208, 228}, {"18", 1800, 202506291, 208, 228},
      {"19", 1905, 202610061, 216, 240},
  };
  for (const auto& test : cases) {
    std::vector<std::byte> bytes(8192);
    store_little_endian(samples::kSystem1Mb, bytes, 0);
    store_little_endian(test.version, bytes, 8);
    store_little_endian(test.catalog, bytes, 12);
    store_little_endian(std::bit_cast<std::uint64_t>(1234567.0), bytes, test.float_format);
    store_little_endian(std::uint32_t{32} << 20, bytes, test.segment_size);
    const auto control = parse_control_file(bytes);
    ASSERT_TRUE(control) << test.release;
    EXPECT_EQ(control->segment_size, SegmentSize::from_bytes(32U << 20)) << test.release;
  }
}

TEST(ControlFileTest, ReadsTheFileOfARealPostgres19) {
  const auto control = parse_control_file(as_bytes(content_of("pg_control")));
  ASSERT_TRUE(control);
  EXPECT_EQ(control->system_identifier, 7713357330226847399U);
  EXPECT_EQ(control->segment_size, SegmentSize::from_bytes(1U << 20));
}

// A later release may have something else there.
TEST(ControlFileTest, Timeline0IsNone) {
  for (const std::uint32_t version : {1300U, 1906U}) {
    auto bytes = control_file(samples::kControlFile16Mb);
    store_little_endian(version, bytes, 8);
    EXPECT_EQ(parse_control_file(bytes)->timeline, Timeline{1});
    store_little_endian(std::uint32_t{0}, bytes, kTimelineOffset);
    EXPECT_EQ(parse_control_file(bytes)->timeline, std::nullopt);
  }
}

TEST(ControlFileTest, StillKnowsTheSystemWithoutASegmentSize) {
  const std::pair<std::size_t, std::uint32_t> changes[] = {
      {8, 1906U},             // a later release's version
      {8, 0x14050000U},       // of a big-endian server
      {kProbeOffset + 4, 0U}  // of another kind of machine: the constant is not where it should be
  };
  for (const auto& [offset, value] : changes) {
    auto bytes = control_file(samples::kControlFile16Mb);
    store_little_endian(value, bytes, offset);
    const auto control = parse_control_file(bytes);
    ASSERT_TRUE(control);
    EXPECT_EQ(control->system_identifier, samples::kSystem16Mb);
    EXPECT_EQ(control->segment_size, std::nullopt) << offset;
  }
}

TEST(ControlFileTest, RefusesShortAndEmptyFiles) {
  auto bytes = control_file(samples::kControlFile16Mb);
  EXPECT_TRUE(parse_control_file(ByteView(bytes).first(kControlFileBytes)));
  EXPECT_FALSE(parse_control_file(ByteView(bytes).first(kControlFileBytes - 1)));
  EXPECT_FALSE(parse_control_file({}));
  store_little_endian(std::uint64_t{0}, bytes, 0);
  EXPECT_FALSE(parse_control_file(bytes));
}

}  // namespace
}  // namespace walstow
