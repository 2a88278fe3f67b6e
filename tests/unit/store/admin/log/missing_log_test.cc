#include "store/admin/log/missing_log.h"

#include <gtest/gtest.h>

#include "proto/base/error.h"
#include "tests/unit/store/admin/log/three_timelines.h"

namespace walstow {
namespace {

LogGoal goal(std::uint32_t timeline, const char* lsn) {
  return {.timeline = Timeline{timeline}, .lsn = *parse_lsn(lsn)};
}

HoleReport hole(std::uint32_t timeline, std::uint64_t first, std::uint64_t last) {
  return {.era = "001-5-1048576",
          .first = segment_name(timeline, first),
          .last = segment_name(timeline, last),
          .count = last - first + 1};
}

TEST(MissingLogTest, NothingIsMissing) {
  const EraReport era = three_timelines();
  EXPECT_EQ(what_is_missing(era, {}, goal(3, "0/D00000")), "");
  EXPECT_EQ(what_is_missing(era, {}, goal(3, "0/500128")), "");
  EXPECT_EQ(what_is_missing(era, {}, goal(1, "0/A00000")), "");
}

TEST(MissingLogTest, TheEndIsMissing) {
  const EraReport era = three_timelines();
  EXPECT_EQ(what_is_missing(era, {}, goal(3, "0/D00029")),
            "the store has the log only up to 0/D00000 on timeline 3");
  EXPECT_EQ(what_is_missing(era, {}, goal(4, "0/500128")),
            "the store has no segment before 0/500128 of the log of timeline 4");
}

// Segments of a branch do not help: they contain another log from the branch point on.
TEST(MissingLogTest, SegmentsOfAnotherTimelineDoNotCount) {
  EraReport era = three_timelines();
  era.timelines[1].ranges = {};
  EXPECT_EQ(what_is_missing(era, {}, goal(2, "0/800000")),
            "the store has the log only up to 0/700000 on timeline 1");
}

TEST(MissingLogTest, HolesOfTheLogCount) {
  const EraReport era = three_timelines();
  const auto missing = [&](const HoleReport& found, const LogGoal& wanted) {
    return what_is_missing(era, std::vector{found}, wanted);
  };
  EXPECT_EQ(missing(hole(1, 5, 5), goal(3, "0/D00000")),
            "segment \"000000010000000000000005\" is missing");
  EXPECT_EQ(missing(hole(2, 8, 10), goal(3, "0/D00000")),
            "3 segments are missing from \"000000020000000000000008\" on");
  EXPECT_EQ(missing(hole(2, 9, 10), goal(2, "0/900028")), "");  // later than the LSN
  EXPECT_EQ(missing(hole(1, 8, 8), goal(3, "0/D00000")), "");   // after the branch
  HoleReport of_other_era = hole(1, 5, 5);
  of_other_era.era = "002-6-1048576";
  EXPECT_EQ(missing(of_other_era, goal(3, "0/D00000")), "");
}

TEST(MissingLogTest, AMissingHistoryOfTheLogCounts) {
  EraReport era = three_timelines();
  era.missing_histories = {"00000002.history"};
  EXPECT_EQ(what_is_missing(era, {}, goal(3, "0/D00000")), "\"00000002.history\" is missing");
  EXPECT_EQ(what_is_missing(era, {}, goal(1, "0/A00000")), "");
}

TEST(MissingLogTest, ABreakBeforeTheLsnCounts) {
  EraReport era = three_timelines();
  era.breaks = {{.file = segment_name(1, 5), .before = "", .at = "0/500128"}};
  EXPECT_EQ(what_is_missing(era, {}, goal(3, "0/D00000")),
            "the log breaks off at 0/500128 in \"000000010000000000000005\"");
  EXPECT_EQ(what_is_missing(era, {}, goal(3, "0/500128")), "");
  era.breaks.front().file = segment_name(1, 8);
  era.breaks.front().at = "0/800128";
  EXPECT_EQ(what_is_missing(era, {}, goal(3, "0/D00000")), "");
}

TEST(MissingLogTest, AnIncompleteListOfBreaksProvesNothing) {
  EraReport era = three_timelines();
  era.more_breaks = true;
  EXPECT_NE(what_is_missing(era, {}, goal(3, "0/D00000")).find("breaks off"), std::string::npos);
}

TEST(MissingLogTest, TheLastSegmentHasTheEnd) {
  EraReport era = three_timelines();
  const LogGoal wanted = goal(3, "0/C80000");
  EXPECT_EQ(last_segment_of(era, wanted).text(), segment_name(3, 12));
  EXPECT_EQ(last_segment_of(era, goal(3, "0/900128")).text(), segment_name(2, 9));
  EXPECT_EQ(what_is_missing_in(era, wanted, std::nullopt),
            "segment \"00000003000000000000000C\" is missing");
  TimesReport last{.era = era.era, .name = segment_name(3, 12), .times = {}};
  EXPECT_EQ(what_is_missing_in(era, wanted, last),
            "segment \"00000003000000000000000C\" cannot be read");
  era.newer_magic = "0xD130";
  EXPECT_EQ(what_is_missing_in(era, wanted, last), "") << "nobody knows its records";
  last.times.known = true;
  EXPECT_EQ(what_is_missing_in(era, wanted, last), "");
  last.times.unfinished_at = wanted.lsn;
  EXPECT_EQ(what_is_missing_in(era, wanted, last), "");
  last.times.unfinished_at = Lsn{wanted.lsn.value - 8};
  EXPECT_EQ(what_is_missing_in(era, wanted, last),
            "segment \"00000003000000000000000C\" is unfinished: its log ends at 0/C7FFF8");
}

// A prune has kept segments 3 to 4 of timeline 1, and everything from segment 9 onward.
EraReport with_pruned_gap() {
  EraReport era = three_timelines();
  era.retention = RetentionReport{};
  era.retention->pruned = "0/900000";
  era.timelines[0].ranges = timeline_with(1, 3, 4).ranges;
  era.timelines[1].ranges = timeline_with(2, 9, 11).ranges;
  return era;
}

TEST(MissingLogTest, APrunedSegmentIsNamed) {
  const EraReport era = with_pruned_gap();
  EXPECT_EQ(what_was_pruned(era, {}, goal(3, "0/580000")),
            "segment \"000000010000000000000005\" was pruned");
  EXPECT_EQ(what_was_pruned(era, {}, goal(1, "0/580000")),
            "segment \"000000010000000000000005\" was pruned")
      << "timeline 3 continues from it";
  EXPECT_EQ(what_was_pruned(era, {}, goal(3, "0/880000")),
            "segment \"000000020000000000000008\" was pruned");
  EXPECT_EQ(what_was_pruned(era, {}, goal(3, "0/480000")), "") << "it was kept";
  EXPECT_EQ(what_was_pruned(era, {}, goal(3, "0/980000")), "") << "it is not below the floor";
  EXPECT_EQ(what_was_pruned(era, std::vector{hole(1, 5, 6)}, goal(3, "0/580000")), "");
  EXPECT_EQ(what_was_pruned(era, std::vector{hole(2, 5, 6)}, goal(3, "0/580000")),
            "segment \"000000010000000000000005\" was pruned");
}

// Such as a server that was recovered from a backup below the floor.
TEST(MissingLogTest, ATimelineMayGoOnBelowTheFloor) {
  EraReport era = with_pruned_gap();
  era.timelines = {timeline_with(1, 20, 22), timeline_with(2, 7, 8)};
  era.timelines[1].parent = 1;
  era.timelines[1].left_parent_at = "0/700128";
  era.retention->pruned = "0/1400000";
  EXPECT_EQ(what_was_pruned(era, {}, goal(2, "0/980000")), "") << "it may still come";
  EXPECT_EQ(what_was_pruned(era, {}, goal(1, "0/980000")),
            "segment \"000000010000000000000009\" was pruned");
}

TEST(MissingLogTest, NothingWasPruned) {
  EraReport era = with_pruned_gap();
  era.retention->pruned = "";
  EXPECT_EQ(what_was_pruned(era, {}, goal(3, "0/580000")), "");
  era.retention.reset();
  EXPECT_EQ(what_was_pruned(era, {}, goal(3, "0/580000")), "");
}

TEST(MissingLogTest, NoLogHasTheFirstSegment) {
  EXPECT_THROW(what_is_missing(three_timelines(), {}, goal(1, "0/128")), Error);
}

}  // namespace
}  // namespace walstow
