#include "store/holes.h"

#include <gtest/gtest.h>

#include <string>

namespace walstow {
namespace {

const SegmentSize kSize = *SegmentSize::from_bytes(std::uint64_t{1} << 20);

TimelineRuns timeline(std::uint32_t id, std::vector<SegmentRun> runs,
                      std::optional<Branch> branch = std::nullopt) {
  return {.timeline = Timeline{id}, .runs = std::move(runs), .branch = branch};
}

// Left in the middle of that segment.
Branch left(std::uint32_t parent, std::uint64_t segment) {
  return {.parent = Timeline{parent}, .left_at = Lsn{segment * kSize.bytes() + kSize.bytes() / 2}};
}

// "1:4-6 2:9-9"
std::string holes(const std::vector<TimelineRuns>& timelines) {
  std::string text;
  for (const Hole& hole : holes_of(timelines, kSize)) {
    text += (text.empty() ? "" : " ") + std::to_string(hole.timeline.value) + ":" +
            std::to_string(hole.missing.first) + "-" + std::to_string(hole.missing.last());
  }
  return text;
}

TEST(HolesTest, AnUnbrokenLogHasNone) {
  EXPECT_EQ(holes({}), "");
  EXPECT_EQ(holes({timeline(1, {{3, 7}})}), "");
  EXPECT_EQ(holes({timeline(1, {{3, 7}}), timeline(2, {{9, 2}}, left(1, 9))}), "");
  // The old primary went on for a while: nothing is missing.
  EXPECT_EQ(holes({timeline(1, {{3, 20}}), timeline(2, {{9, 2}}, left(1, 9))}), "");
}

TEST(HolesTest, WhatIsMissingBetweenTwoSegmentsOfATimeline) {
  EXPECT_EQ(holes({timeline(1, {{3, 1}, {5, 2}, {100, 1}})}), "1:4-4 1:7-99");
}

TEST(HolesTest, TheLogBeginsAndEndsWithoutAHole) {
  // Pruned up to 12, on a timeline that began before.
  EXPECT_EQ(holes({timeline(1, {}), timeline(2, {{12, 2}}, left(1, 9))}), "");
  EXPECT_EQ(holes({timeline(2, {{12, 2}}, left(1, 9))}), "");
  // A promoted server that has archived its history file alone.
  EXPECT_EQ(holes({timeline(1, {{3, 2}}), timeline(2, {}, left(1, 9))}), "");
}

TEST(HolesTest, WhatIsMissingOnTheWayToABranch) {
  EXPECT_EQ(holes({timeline(1, {{3, 4}}), timeline(2, {{9, 2}}, left(1, 9))}), "1:7-8");
  EXPECT_EQ(holes({timeline(1, {{3, 6}}), timeline(2, {{11, 2}}, left(1, 9))}), "2:9-10");
  EXPECT_EQ(holes({timeline(1, {{3, 5}}), timeline(2, {{11, 2}}, left(1, 9))}), "1:8-8 2:9-10");
  // The parent has later segments, of a server that went on: its own hole is the one on the way.
  EXPECT_EQ(holes({timeline(1, {{3, 4}, {20, 1}}), timeline(2, {{9, 2}}, left(1, 9))}), "1:7-19");
}

TEST(HolesTest, AWholeTimelineMayBeMissingOnTheWay) {
  EXPECT_EQ(holes({timeline(1, {{3, 2}}), timeline(2, {}, left(1, 5)),
                   timeline(3, {{9, 1}}, left(2, 8))}),
            "2:5-7 3:8-8");
}

TEST(HolesTest, TwoBranchesOfATimelineMissTheSameSegmentsOnce) {
  EXPECT_EQ(holes({timeline(1, {{3, 2}}), timeline(2, {{7, 1}}, left(1, 7)),
                   timeline(3, {{9, 1}}, left(1, 9))}),
            "1:5-8");
}

TEST(HolesTest, AHistoryThatGoesInCirclesEnds) {
  EXPECT_EQ(holes({timeline(1, {{3, 1}}, left(2, 3)), timeline(2, {{3, 1}}, left(2, 3))}), "");
}

TEST(HolesTest, TheNewestOfALineIsOnItOnly) {
  const std::vector<TimelineRuns> timelines{timeline(1, {{3, 20}}),
                                            timeline(2, {{9, 30}}, left(1, 9)),
                                            timeline(3, {{15, 50}}, left(1, 15))};
  const auto newest = [&](std::uint32_t id, std::uint64_t reached) {
    const auto found = newest_of_line(timelines, kSize, Timeline{id}, SegmentNumber{reached});
    return found ? found->value : 0;
  };
  EXPECT_EQ(newest(1, 5), 64U);
  EXPECT_EQ(newest(1, 15), 64U);
  EXPECT_EQ(newest(1, 16), 22U);  // beyond both branches
  EXPECT_EQ(newest(2, 9), 38U);
  EXPECT_EQ(newest(7, 9), 0U);
}

}  // namespace
}  // namespace walstow
