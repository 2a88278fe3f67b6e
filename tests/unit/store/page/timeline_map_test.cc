#include "store/page/timeline_map.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "tests/unit/store/page/page_fixture.h"

namespace walstow {
namespace {

// Segments 1 to 16, of 16 MB each.
constexpr double kSegment = 100.0 / 16;

TEST(TimelineMapTest, RowsAreInTheOrderOfTheTreeAndToScale) {
  const ClusterState state = busy_cluster();
  const auto map = map_of(state);
  ASSERT_TRUE(map);
  EXPECT_EQ(to_string(map->from), "0/1000000");
  EXPECT_EQ(to_string(map->to), "0/11000000");
  ASSERT_EQ(map->rows.size(), 3U);
  EXPECT_EQ(map->rows[0].parent_row, std::nullopt);
  EXPECT_EQ(map->rows[1].parent_row, 0U);
  EXPECT_EQ(map->rows[2].parent_row, 1U);

  const MapRow& first = map->rows[0];
  EXPECT_DOUBLE_EQ(first.begin, 0);
  ASSERT_EQ(first.ranges.size(), 2U);
  EXPECT_DOUBLE_EQ(first.ranges[0].to, 3 * kSegment);
  EXPECT_DOUBLE_EQ(first.ranges[1].from, 5 * kSegment);
  EXPECT_DOUBLE_EQ(first.ranges[1].to, 10 * kSegment);
  // The segment of the branch point begins with the log of timeline 1.
  const MapRow& second = map->rows[1];
  EXPECT_DOUBLE_EQ(second.begin, 6.5 * kSegment);
  EXPECT_DOUBLE_EQ(second.ranges.at(0).from, 6.5 * kSegment);
  EXPECT_DOUBLE_EQ(second.ranges.at(0).to, 9 * kSegment);
}

TEST(TimelineMapTest, MarksAreWhereTheLogHasThem) {
  const ClusterState state = busy_cluster();
  const auto map = map_of(state);
  ASSERT_TRUE(map);
  const MapRow& first = map->rows[0];
  ASSERT_EQ(first.holes.size(), 1U);
  EXPECT_DOUBLE_EQ(first.holes[0].span.from, 3 * kSegment);
  EXPECT_DOUBLE_EQ(first.holes[0].span.to, 5 * kSegment);
  ASSERT_EQ(first.backups.size(), 1U);
  EXPECT_NEAR(first.backups[0].span.from, kSegment, 0.001);
  EXPECT_DOUBLE_EQ(map->floor.value(), kSegment);
  ASSERT_EQ(map->holds.size(), 1U);
  EXPECT_DOUBLE_EQ(map->holds[0].at, 2 * kSegment);
  // What a standby lacks begins after the segment that it has reached.
  ASSERT_EQ(map->rows[1].standbys.size(), 1U);
  EXPECT_DOUBLE_EQ(map->rows[1].standbys[0].at, 8 * kSegment);
  EXPECT_DOUBLE_EQ(map->rows[1].standbys[0].until, 16 * kSegment);
  ASSERT_EQ(map->rows[2].standbys.size(), 1U);
  EXPECT_DOUBLE_EQ(map->rows[2].standbys[0].at, 100);
}

TEST(TimelineMapTest, BreaksAreOnTheirTimeline) {
  ClusterState state = busy_cluster();
  state.report->eras.back().breaks = {
      {.file = "00000003000000000000000A", .before = "", .at = "0/A800000"}};
  const auto map = map_of(state);
  ASSERT_TRUE(map);
  ASSERT_EQ(map->rows[2].breaks.size(), 1U);
  EXPECT_DOUBLE_EQ(map->rows[2].breaks[0].at, 9.5 * kSegment);
}

TEST(TimelineMapTest, NothingToDraw) {
  ClusterState state = busy_cluster();
  for (TimelineReport& timeline : state.report->eras.back().timelines)
    timeline.ranges.clear();
  EXPECT_FALSE(map_of(state));
  state.report->eras.clear();
  EXPECT_FALSE(map_of(state));
  state.report.reset();
  EXPECT_FALSE(map_of(state));
}

TEST(TimelineMapTest, OtherErasAndRetiredServersAreNotDrawn) {
  ClusterState state = busy_cluster();
  state.holds.front().era = "002-6-16777216";
  state.report->positions[0].system = "6";
  state.report->positions[1].retired = true;
  const auto map = map_of(state);
  ASSERT_TRUE(map);
  EXPECT_TRUE(map->holds.empty());
  for (const MapRow& row : map->rows)
    EXPECT_TRUE(row.standbys.empty());
}

TEST(TimelineMapTest, TheNewestTimelinesAreDrawn) {
  ClusterState state = busy_cluster();
  auto& timelines = state.report->eras.back().timelines;
  for (std::uint32_t i = 4; i <= 500; ++i) {
    timelines.push_back({.timeline = i, .parent = i - 1, .left_parent_at = "0/9000000"});
    timelines.back().ranges = {
        {fmt::format("{:08X}0000000000000009", i), fmt::format("{:08X}0000000000000009", i), 1}};
  }
  const auto map = map_of(state);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->rows.size(), kMostTimelinesDrawn);
  EXPECT_EQ(map->timelines_left_out, 480U);
  EXPECT_EQ(map->rows.front().report->timeline, 481U);
  EXPECT_EQ(map->rows.front().parent_row, std::nullopt) << "its parent is not drawn";
}

TEST(TimelineMapTest, ParentsThatGoInCirclesEnd) {
  ClusterState state = busy_cluster();
  auto& timelines = state.report->eras.back().timelines;
  timelines[0].parent = 3;
  timelines[1].parent = 2;
  const auto map = map_of(state);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->rows.size(), 3U);
}

}  // namespace
}  // namespace walstow
