#include "store/admin/log/segment_range.h"

#include <gtest/gtest.h>

#include "proto/base/error.h"
#include "tests/unit/store/admin/log/three_timelines.h"

namespace walstow {
namespace {

using Parts = std::vector<LogPart>;

LogPart piece(std::uint32_t timeline, std::uint64_t first, std::uint64_t last) {
  return {Timeline{timeline}, SegmentNumber{first}, SegmentNumber{last}};
}

Parts between(const std::string& from, const std::string& to,
              std::optional<Timeline> timeline = {}) {
  return parts_between(three_timelines(), {.from = from, .to = to, .timeline = timeline});
}

TEST(SegmentRangeTest, NamesWithBothEnds) {
  EXPECT_EQ(between(segment_name(1, 4), segment_name(1, 9)), (Parts{piece(1, 4, 9)}));
  EXPECT_EQ(between(segment_name(1, 4), segment_name(1, 4)), (Parts{piece(1, 4, 4)}));
}

TEST(SegmentRangeTest, AcrossTimelines) {
  EXPECT_EQ(between(segment_name(1, 4), segment_name(3, 12)),
            (Parts{piece(1, 4, 6), piece(2, 7, 10), piece(3, 11, 12)}));
  EXPECT_EQ(between(segment_name(2, 9), segment_name(3, 11)),
            (Parts{piece(2, 9, 10), piece(3, 11, 11)}));
}

TEST(SegmentRangeTest, LsnsAreOnTheNewestTimeline) {
  EXPECT_EQ(between("0/400100", "0/C00100"),
            (Parts{piece(1, 4, 6), piece(2, 7, 10), piece(3, 11, 12)}));
  EXPECT_EQ(between("0/400100", "0/900000", Timeline{1}), (Parts{piece(1, 4, 8)}));
  EXPECT_EQ(between("0/400100", "0/900000", Timeline{2}), (Parts{piece(1, 4, 6), piece(2, 7, 8)}));
}

TEST(SegmentRangeTest, EndsThatDoNotBelongTogether) {
  EXPECT_THROW(between(segment_name(1, 5), segment_name(1, 4)), Error);  // backwards
  EXPECT_THROW(between(segment_name(1, 7), segment_name(2, 8)), Error);  // timeline 2 has a 7
  EXPECT_THROW(between(segment_name(2, 5), segment_name(2, 8)), Error);  // 5 is timeline 1's
  EXPECT_THROW(between(segment_name(1, 5), segment_name(2, 6)), Error);  // 6 is timeline 1's
  EXPECT_THROW(between(segment_name(1, 4), segment_name(1, 5), Timeline{2}), Error);
  EXPECT_THROW(between("0/400100", "0/400000"), Error);
}

TEST(SegmentRangeTest, WithoutAHistoryTheLogBeginsWithWhatItsTimelineHas) {
  EraReport era = three_timelines();
  era.timelines[1].parent.reset();
  era.timelines[1].left_parent_at.clear();
  const auto parts = [&era](const std::string& from, const std::string& to) {
    return parts_between(era, {.from = from, .to = to});
  };
  const Parts known{piece(2, 7, 10), piece(3, 11, 12)};
  EXPECT_EQ(parts(segment_name(1, 4), segment_name(3, 12)), known);
  EXPECT_EQ(parts("0/400100", "0/C00100"), known);
  EXPECT_EQ(parts("0/800100", "0/C00100"), (Parts{piece(2, 8, 10), piece(3, 11, 12)}));
  EXPECT_EQ(parts(segment_name(2, 5), segment_name(2, 8)), (Parts{piece(2, 5, 8)}));
  EXPECT_THROW(parts(segment_name(3, 4), segment_name(2, 8)), Error);
}

TEST(SegmentRangeTest, FormOfAnEnd) {
  for (const std::string text : {"000000010000000000000005", "0/A000028"})
    EXPECT_TRUE(is_end_of_range(text)) << text;
  for (const std::string text :
       {"", "out", "./000000010000000000000005", "00000002.history", "/A/B"})
    EXPECT_FALSE(is_end_of_range(text)) << text;
}

TEST(SegmentRangeTest, LongerThanAnyRange) {
  EXPECT_THROW(between("0/400000", "FFFFFFFF/F0000000"), Error);
  const std::uint64_t end = (std::uint64_t{4} + kMostSegmentsOfRange) << 20;
  EXPECT_NO_THROW(between("0/400000", to_string(Lsn{end})));
  EXPECT_THROW(between("0/400000", to_string(Lsn{end + (1 << 20)})), Error);
}

TEST(SegmentRangeTest, TextsThatAreNoEnd) {
  for (const std::string text : {"", "x", "00000002.history", "0/100"})
    EXPECT_THROW(between(segment_name(1, 3), text), Error) << text;
  EXPECT_THROW(between("00000001000000000000FFFF", segment_name(1, 3)), Error);  // of another size
}

}  // namespace
}  // namespace walstow
