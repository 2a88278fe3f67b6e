#include "store/inventory/absence.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>

namespace walstow {
namespace {

using History = KnownTimeline::History;

const SegmentSize kSize = *SegmentSize::from_bytes(std::uint64_t{1} << 20);

// Left in the middle of that segment; or at its very beginning.
TimelineSwitch left(std::uint32_t parent, std::uint64_t segment) {
  return {Timeline{parent}, Lsn{segment * kSize.bytes() + kSize.bytes() / 2}, ""};
}
TimelineSwitch left_before(std::uint32_t parent, std::uint64_t segment) {
  return {Timeline{parent}, Lsn{segment * kSize.bytes()}, ""};
}

KnownTimeline timeline(std::uint32_t id, std::vector<SegmentRun> runs,
                       std::vector<TimelineSwitch> ancestry = {}) {
  KnownTimeline known{.timeline = Timeline{id}, .ancestry = std::move(ancestry)};
  if (!known.ancestry.empty()) known.history = History::kRead;
  if (!runs.empty()) {
    known.first_file = SegmentNumber{runs.front().first};
    known.last_file = SegmentNumber{runs.back().last()};
  }
  known.runs = std::move(runs);
  return known;
}

KnownLog log_of(std::vector<KnownTimeline> timelines, std::uint64_t floor = 0) {
  KnownLog log{.size = kSize, .timelines = std::move(timelines), .prunes = {}};
  if (floor > 0) {
    log.prunes.push_back({.limit = SegmentNumber{floor}, .timeline = {}, .has_removed = true});
  }
  return log;
}

// "1:4-6 2:9-9"; "?" before what a missing history leaves open.
std::string gaps(std::vector<KnownTimeline> timelines, std::uint64_t floor = 0) {
  std::string text;
  for (const Gap& gap : gaps_of(log_of(std::move(timelines), floor))) {
    text += text.empty() ? "" : " ";
    if (gap.kind == AbsenceKind::kHistoryMissing) text += "?";
    text += std::to_string(gap.timeline.value) + ":" + std::to_string(gap.missing.first) + "-" +
            std::to_string(gap.missing.last());
  }
  return text;
}

const char* segment_kind(const KnownLog& log, std::uint32_t id, std::uint64_t number) {
  const char* const names[] = {"before", "end", "hole", "history-missing", "pruned", "unknown"};
  const Absence absence =
      absence_of(log, WalFileName::segment(Timeline{id}, SegmentNumber{number}, kSize));
  return names[static_cast<int>(absence.kind)];
}
const char* history_kind(const KnownLog& log, std::uint32_t id) {
  const char* const names[] = {"before", "end", "hole", "history-missing", "pruned", "unknown"};
  const Absence absence = absence_of(log, *WalFileName::parse(to_hex8(Timeline{id}) + ".history"));
  return names[static_cast<int>(absence.kind)];
}

TEST(AbsenceTest, TheEndIsWhereNothingLaterIsKnown) {
  const KnownLog log = log_of({timeline(1, {{3, 7}}), timeline(2, {{9, 2}}, {left(1, 9)})});
  EXPECT_STREQ(segment_kind(log, 2, 11), "end");
  EXPECT_STREQ(segment_kind(log, 1, 10), "end");
  EXPECT_STREQ(segment_kind(log, 7, 10), "end");  // of which nothing is known
  EXPECT_STREQ(history_kind(log, 3), "end");
  EXPECT_STREQ(history_kind(log, 1), "before");
  EXPECT_STREQ(segment_kind(log_of({}), 1, 1), "end");
}

// The primary's last segments were never archived, and a standby that had them was promoted.
TEST(AbsenceTest, ADescendantTellsThatItsAncestorWentOn) {
  const KnownLog middle = log_of({timeline(1, {{3, 4}}), timeline(2, {{9, 2}}, {left(1, 9)})});
  EXPECT_STREQ(segment_kind(middle, 1, 7), "hole");
  EXPECT_STREQ(segment_kind(middle, 1, 8), "hole");
  EXPECT_STREQ(segment_kind(middle, 1, 9), "end");  // what was written of it is in timeline 2's
  // Promoted at the end of segment 8: that one was written to its end.
  const KnownLog edge = log_of({timeline(1, {{3, 4}}), timeline(2, {{9, 2}}, {left_before(1, 9)})});
  EXPECT_STREQ(segment_kind(edge, 1, 8), "hole");
  EXPECT_STREQ(segment_kind(edge, 1, 9), "end");
  // The history alone tells it, and so does a grandchild's, of a timeline without any file.
  EXPECT_STREQ(segment_kind(log_of({timeline(2, {}, {left(1, 9)})}), 1, 8), "hole");
  const KnownLog grandchild = log_of({timeline(3, {{12, 1}}, {left(1, 9), left(2, 12)})});
  EXPECT_STREQ(segment_kind(grandchild, 2, 11), "hole");
  EXPECT_STREQ(segment_kind(grandchild, 1, 8), "hole");
  EXPECT_STREQ(history_kind(grandchild, 2), "hole");
}

TEST(AbsenceTest, BeforeIsWhatTheOwnHistorySays) {
  for (const std::uint64_t floor : {0U, 11U}) {
    const KnownLog log = log_of({timeline(2, {{12, 2}}, {left(1, 9)})}, floor);
    EXPECT_STREQ(segment_kind(log, 2, 8), "before") << "whatever was pruned";
    EXPECT_STREQ(segment_kind(log, 2, 9), floor == 0 ? "hole" : "pruned");
    EXPECT_STREQ(segment_kind(log, 2, 11), "hole");
  }
  // Timeline 1 has no history: what lies before its first file may have been written.
  EXPECT_STREQ(segment_kind(log_of({timeline(1, {{3, 7}})}), 1, 2), "hole");
}

TEST(AbsenceTest, ATimelineWithoutItsHistoryMayHaveLeftAnyOther) {
  const KnownLog log = log_of({timeline(1, {{3, 4}}), timeline(2, {{9, 2}})});
  EXPECT_STREQ(history_kind(log, 2), "history-missing");
  EXPECT_STREQ(history_kind(log, 3), "end");
  EXPECT_STREQ(segment_kind(log, 1, 7), "history-missing");
  EXPECT_STREQ(segment_kind(log, 1, 8), "history-missing");
  EXPECT_STREQ(segment_kind(log, 1, 9), "end") << "timeline 2 began here, or before";
  EXPECT_STREQ(segment_kind(log, 2, 8), "history-missing");
  EXPECT_STREQ(segment_kind(log, 2, 11), "end");
  EXPECT_EQ(timelines_without_history(log), std::vector{Timeline{2}});
  // The archive began on timeline 5: nothing leads to it, and nothing is missing.
  EXPECT_TRUE(timelines_without_history(log_of({timeline(5, {{9, 2}})})).empty());
}

TEST(AbsenceTest, AHistoryThatProvesNothingMakesNoEnd) {
  KnownTimeline damaged = timeline(3, {});
  damaged.history = History::kUnreadable;
  const KnownLog log =
      log_of({timeline(1, {{3, 7}}), timeline(2, {{9, 2}}, {left(1, 9)}), damaged});
  EXPECT_STREQ(segment_kind(log, 2, 11), "unknown");
  EXPECT_STREQ(segment_kind(log, 1, 30), "unknown");
  EXPECT_STREQ(segment_kind(log, 2, 8), "before") << "its own history is sound";
  EXPECT_STREQ(history_kind(log, 4), "end");
  EXPECT_EQ(timelines_without_history(log_of({timeline(1, {{3, 7}}), damaged})),
            std::vector{Timeline{3}});
  // Timeline 3 says that 2 left 1 at another place than 2 itself does.
  const KnownLog contradiction = log_of({timeline(1, {{3, 7}}), timeline(2, {{9, 2}}, {left(1, 9)}),
                                         timeline(3, {}, {left(1, 8), left(2, 10)})});
  EXPECT_STREQ(segment_kind(contradiction, 2, 11), "unknown");
  EXPECT_STREQ(segment_kind(contradiction, 2, 30), "unknown");
  EXPECT_STREQ(segment_kind(contradiction, 2, 9), "hole") << "so says timeline 3";
  // A log never goes back.
  const KnownLog backwards = log_of({timeline(3, {}, {left(1, 9), left(2, 5)})});
  EXPECT_STREQ(segment_kind(backwards, 1, 20), "unknown");
}

// Timelines 1 and 2 are known by what timeline 3 says of them alone.
TEST(AbsenceTest, ATreeWithoutItsRootHasTheEndsOfItsBranches) {
  const KnownLog log = log_of({timeline(3, {{14, 2}}, {left(1, 9), left(2, 12)})});
  EXPECT_STREQ(segment_kind(log, 1, 1), "hole");
  EXPECT_STREQ(segment_kind(log, 2, 8), "before");
  EXPECT_STREQ(segment_kind(log, 2, 11), "hole");
  EXPECT_STREQ(segment_kind(log, 3, 13), "hole");
  EXPECT_STREQ(segment_kind(log, 3, 16), "end");
  EXPECT_STREQ(history_kind(log, 2), "hole");
  EXPECT_STREQ(history_kind(log, 4), "end");
  // Its history lost, too, nobody knows what was before.
  const KnownLog rootless = log_of({timeline(3, {{14, 2}})});
  EXPECT_STREQ(segment_kind(rootless, 1, 9), "history-missing");
  EXPECT_STREQ(segment_kind(rootless, 3, 13), "history-missing");
  EXPECT_STREQ(history_kind(rootless, 2), "hole");
  EXPECT_STREQ(history_kind(rootless, 3), "history-missing");
}

// "5 left 4" where nothing else ever told of timeline 4.
TEST(AbsenceTest, ATimelineThatNeverWasIsNoEnd) {
  const KnownLog log = log_of({timeline(1, {{3, 7}}), timeline(5, {}, {left(1, 9), left(4, 20)})});
  EXPECT_STREQ(segment_kind(log, 4, 9), "hole");
  EXPECT_STREQ(segment_kind(log, 4, 19), "hole");
  EXPECT_STREQ(history_kind(log, 4), "hole");
  EXPECT_STREQ(segment_kind(log, 1, 10), "end") << "timeline 1 itself is sound";
}

TEST(AbsenceTest, ErasOfOneLogAreOne) {
  KnownLog log = log_of({timeline(1, {{3, 2}, {8, 1}})}, 3);
  merge(log, log_of({timeline(1, {{5, 3}, {8, 2}}), timeline(2, {{9, 1}}, {left(1, 9)})}));
  ASSERT_EQ(log.timelines.size(), 2U);
  EXPECT_EQ(log.timelines[0].runs, (std::vector<SegmentRun>{{3, 7}}));
  EXPECT_EQ(log.timelines[0].last_file, SegmentNumber{9});
  EXPECT_EQ(log.prunes.size(), 1U);
  EXPECT_STREQ(segment_kind(log, 2, 8), "before");
  // Two eras that have different histories of one timeline prove nothing.
  merge(log, log_of({timeline(2, {}, {left(1, 7)})}));
  EXPECT_STREQ(segment_kind(log, 2, 8), "unknown");
}

KeptRange kept(std::uint32_t id, std::uint64_t first, std::uint64_t last) {
  return {Timeline{id}, SegmentNumber{first}, SegmentNumber{last}};
}

TEST(KeptRangesTest, RangesOfOneTimelineThatTouchBecomeOne) {
  EXPECT_EQ(united({kept(2, 5, 6), kept(1, 12, 13), kept(1, 7, 9), kept(1, 10, 11), kept(1, 1, 2),
                    kept(1, 8, 8)}),
            (std::vector{kept(1, 1, 2), kept(1, 7, 13), kept(2, 5, 6)}));
  const std::vector ranges{kept(1, 1, 2), kept(1, 7, 13), kept(2, 5, 6)};
  EXPECT_TRUE(is_within(ranges, kept(1, 7, 13)));
  EXPECT_FALSE(is_within(ranges, kept(1, 6, 7)));
  EXPECT_FALSE(is_within(ranges, kept(1, 2, 7)));
  EXPECT_FALSE(is_within(ranges, kept(1, 13, 14)));
  EXPECT_FALSE(is_within(ranges, kept(2, 7, 7)));
  EXPECT_FALSE(is_within({}, kept(1, 1, 1)));
}

TEST(KeptRangesTest, WhatAPruneKeptIsMissingAndWhatIsBetweenWasPruned) {
  KnownLog log =
      log_of({timeline(1, {{4, 1}, {10, 1}}), timeline(2, {{40, 3}}, {left(1, 30)})}, 40);
  log.prunes[0].kept = {kept(1, 4, 5), kept(1, 10, 11), kept(2, 35, 35)};
  EXPECT_STREQ(segment_kind(log, 1, 3), "pruned");
  EXPECT_STREQ(segment_kind(log, 1, 5), "hole");
  EXPECT_STREQ(segment_kind(log, 1, 6), "pruned");
  EXPECT_STREQ(segment_kind(log, 1, 11), "hole");
  EXPECT_STREQ(segment_kind(log, 1, 12), "pruned");
  EXPECT_STREQ(segment_kind(log, 2, 34), "pruned");
  EXPECT_STREQ(segment_kind(log, 2, 35), "hole");
  EXPECT_STREQ(segment_kind(log, 2, 29), "before");
  std::string text;
  for (const Gap& gap : gaps_of(log))
    text += fmt::format("{}:{}-{} ", gap.timeline.value, gap.missing.first, gap.missing.last());
  EXPECT_EQ(text, "1:5-5 1:11-11 2:35-35 ");
  // A later prune has removed one of the ranges.
  log.prunes.push_back({.limit = SegmentNumber{40}, .timeline = {}, .has_removed = true});
  log.prunes[1].kept = {kept(1, 4, 5)};
  EXPECT_STREQ(segment_kind(log, 1, 11), "pruned");
  EXPECT_STREQ(segment_kind(log, 1, 5), "hole");
}

// Nothing later is known of the branch. But the prune knew that the segment was there.
TEST(KeptRangesTest, TheLastSegmentOfARangeIsNoEnd) {
  KnownLog log = log_of({timeline(1, {{4, 1}}), timeline(2, {{40, 3}}, {left(1, 2)})}, 40);
  EXPECT_STREQ(segment_kind(log, 1, 45), "end");
  log.prunes[0].kept = {kept(1, 4, 5)};
  log.prunes[0].limit = SegmentNumber{5};  // it was withdrawn there
  EXPECT_STREQ(segment_kind(log, 1, 5), "hole");
  EXPECT_STREQ(segment_kind(log, 1, 6), "end");
}

TEST(GapsTest, AnUnbrokenLogHasNone) {
  EXPECT_EQ(gaps({}), "");
  EXPECT_EQ(gaps({timeline(1, {{3, 7}})}), "");
  EXPECT_EQ(gaps({timeline(1, {{3, 7}}), timeline(2, {{9, 2}}, {left(1, 9)})}), "");
  // The old primary went on for a while: nothing is missing.
  EXPECT_EQ(gaps({timeline(1, {{3, 20}}), timeline(2, {{9, 2}}, {left(1, 9)})}), "");
}

TEST(GapsTest, WhatIsMissingBetweenTwoSegmentsOfATimeline) {
  EXPECT_EQ(gaps({timeline(1, {{3, 1}, {5, 2}, {100, 1}})}), "1:4-4 1:7-99");
}

TEST(GapsTest, AnArchiveMayBeginAnywhere) {
  EXPECT_EQ(gaps({timeline(1, {}), timeline(2, {{12, 2}}, {left(1, 9)})}), "");
  EXPECT_EQ(gaps({timeline(2, {{12, 2}}, {left(1, 9)})}), "");
  // A prune has removed what is below its floor, and nothing from there on.
  EXPECT_EQ(gaps({timeline(2, {{12, 2}}, {left(1, 9)})}, 12), "");
  EXPECT_EQ(gaps({timeline(2, {{12, 2}}, {left(1, 9)})}, 11), "2:11-11");
}

TEST(GapsTest, WhatIsMissingOnTheWayToABranch) {
  EXPECT_EQ(gaps({timeline(1, {{3, 4}}), timeline(2, {{9, 2}}, {left(1, 9)})}), "1:7-8");
  EXPECT_EQ(gaps({timeline(1, {{3, 6}}), timeline(2, {{11, 2}}, {left(1, 9)})}), "2:9-10");
  EXPECT_EQ(gaps({timeline(1, {{3, 5}}), timeline(2, {{11, 2}}, {left(1, 9)})}), "1:8-8 2:9-10");
  // A promoted server that has archived its history alone.
  EXPECT_EQ(gaps({timeline(1, {{3, 2}}), timeline(2, {}, {left(1, 9)})}), "1:5-8");
  // The parent has later segments, of a server that went on.
  EXPECT_EQ(gaps({timeline(1, {{3, 4}, {20, 1}}), timeline(2, {{9, 2}}, {left(1, 9)})}), "1:7-19");
}

TEST(GapsTest, AWholeTimelineMayBeMissingOnTheWay) {
  EXPECT_EQ(gaps({timeline(1, {{3, 2}}), timeline(2, {}, {left(1, 5)}),
                  timeline(3, {{9, 1}}, {left(1, 5), left(2, 8)})}),
            "2:5-7 3:8-8");
  // Known through its child alone.
  EXPECT_EQ(gaps({timeline(1, {{3, 2}}), timeline(3, {{8, 1}}, {left(1, 5), left(2, 8)})}),
            "2:5-7");
}

TEST(GapsTest, TwoBranchesOfATimelineMissTheSameSegmentsOnce) {
  EXPECT_EQ(gaps({timeline(1, {{3, 2}}), timeline(2, {{7, 1}}, {left(1, 7)}),
                  timeline(3, {{9, 1}}, {left(1, 9)})}),
            "1:5-8");
}

TEST(GapsTest, AMissingHistoryLeavesThemOpen) {
  EXPECT_EQ(gaps({timeline(1, {{3, 4}}), timeline(2, {{9, 2}})}), "?1:7-8");
}

TEST(NewestOfLineTest, IsOnTheLineOnly) {
  const KnownLog log = log_of({timeline(1, {{3, 20}}), timeline(2, {{9, 30}}, {left(1, 9)}),
                               timeline(3, {{15, 50}}, {left(1, 15)})});
  const auto newest = [&](std::uint32_t id, std::uint64_t reached) {
    const auto found = newest_of_line(log, Timeline{id}, SegmentNumber{reached});
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
