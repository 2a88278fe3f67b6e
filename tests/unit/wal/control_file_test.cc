#include "proto/wal/control_file.h"

#include <gtest/gtest.h>

#include "tests/support/wal_samples.h"

namespace walstow {
namespace {

std::vector<std::byte> control_file(std::string_view hex) {
  std::vector<std::byte> bytes = samples::bytes_of_hex(hex);
  bytes.resize(8192);  // PG_CONTROL_FILE_SIZE
  return bytes;
}

// The floating-point probe of PostgreSQL 15.
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

TEST(ControlFileTest, FindsTheSegmentSizeWhereOtherReleasesKeepIt) {
  const auto real = control_file(samples::kControlFile16Mb);
  for (const int shift : {-8, -4, 4, 8, 64}) {
    std::vector<std::byte> moved(real.size());
    std::copy_n(real.begin(), 8, moved.begin());
    std::copy_n(real.begin() + kProbeOffset, 24, moved.begin() + kProbeOffset + shift);
    const auto control = parse_control_file(moved);
    ASSERT_TRUE(control);
    EXPECT_EQ(control->segment_size, SegmentSize::from_bytes(16U << 20)) << shift;
  }
}

TEST(ControlFileTest, IsNotDeceivedByBytesThatLookLikeTheProbe) {
  auto bytes = control_file(samples::kControlFile16Mb);
  std::copy_n(bytes.begin() + kProbeOffset, 8, bytes.begin() + 0x84);
  const auto control = parse_control_file(bytes);
  ASSERT_TRUE(control);
  EXPECT_EQ(control->segment_size, SegmentSize::from_bytes(16U << 20));
}

TEST(ControlFileTest, StillKnowsTheSystemWithoutASegmentSize) {
  auto bytes = control_file(samples::kControlFile16Mb);
  store_little_endian(std::uint64_t{0}, bytes, kProbeOffset);
  const auto control = parse_control_file(bytes);
  ASSERT_TRUE(control);
  EXPECT_EQ(control->system_identifier, samples::kSystem16Mb);
  EXPECT_EQ(control->segment_size, std::nullopt);
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
