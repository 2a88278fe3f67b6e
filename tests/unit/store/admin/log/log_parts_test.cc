#include "store/admin/log/log_parts.h"

#include <gtest/gtest.h>

#include "tests/unit/store/admin/log/three_timelines.h"

namespace walstow {
namespace {

LogPart part(std::uint32_t timeline, std::uint64_t first, std::uint64_t last) {
  return {Timeline{timeline}, SegmentNumber{first}, SegmentNumber{last}};
}

using Parts = std::vector<LogPart>;

TEST(LogPartsTest, EachSegmentBelongsToTheTimelineThatBeganInIt) {
  const EraReport era = three_timelines();
  EXPECT_EQ(log_parts(era, Timeline{1}, SegmentNumber{9}), (Parts{part(1, 0, 9)}));
  EXPECT_EQ(log_parts(era, Timeline{2}, SegmentNumber{9}), (Parts{part(1, 0, 6), part(2, 7, 9)}));
  EXPECT_EQ(log_parts(era, Timeline{3}, SegmentNumber{12}),
            (Parts{part(1, 0, 6), part(2, 7, 10), part(3, 11, 12)}));
}

TEST(LogPartsTest, BeforeTheBranchTheLogIsTheParents) {
  const EraReport era = three_timelines();
  EXPECT_EQ(log_parts(era, Timeline{3}, SegmentNumber{10}), (Parts{part(1, 0, 6), part(2, 7, 10)}));
  EXPECT_EQ(log_parts(era, Timeline{3}, SegmentNumber{5}), (Parts{part(1, 0, 5)}));
}

// A promotion may follow another one within one segment: the timeline between them has no file.
TEST(LogPartsTest, TwoBranchesInOneSegment) {
  EraReport era = three_timelines();
  era.timelines[2].left_parent_at = "0/700200";
  EXPECT_EQ(log_parts(era, Timeline{3}, SegmentNumber{12}), (Parts{part(1, 0, 6), part(3, 7, 12)}));
}

TEST(LogPartsTest, AnUnknownTimelineHasNoAncestors) {
  EXPECT_EQ(log_parts(three_timelines(), Timeline{7}, SegmentNumber{4}), (Parts{part(7, 0, 4)}));
}

TEST(LogPartsTest, AReportThatContradictsItselfEnds) {
  EraReport era = three_timelines();
  era.timelines[1].parent = 3;
  EXPECT_EQ(log_parts(era, Timeline{3}, SegmentNumber{12}),
            (Parts{part(2, 0, 10), part(3, 11, 12)}));
}

TEST(LogPartsTest, LastSegmentBeforeAnLsn) {
  const SegmentSize size = *SegmentSize::from_bytes(1U << 20);
  const auto last = [&](const char* lsn) { return last_segment_before(*parse_lsn(lsn), size); };
  EXPECT_EQ(last("0/700128"), SegmentNumber{7});
  EXPECT_EQ(last("0/700029"), SegmentNumber{7});
  EXPECT_EQ(last("0/700028"), SegmentNumber{6});  // its header is no part of the log
  EXPECT_EQ(last("0/700000"), SegmentNumber{6});
  EXPECT_EQ(last("0/6FFFFF"), SegmentNumber{6});
  EXPECT_EQ(last("0/28"), std::nullopt);
}

TEST(LogPartsTest, NewestTimeline) {
  EXPECT_EQ(newest_timeline(three_timelines()), Timeline{3});
  EXPECT_EQ(newest_timeline({}), std::nullopt);
}

}  // namespace
}  // namespace walstow
