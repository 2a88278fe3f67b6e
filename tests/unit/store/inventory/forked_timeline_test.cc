#include "store/inventory/forked_timeline.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

struct Segments {
  std::uint32_t timeline, last;  // `last` in log 0, segments of 16 MB
  const char* put;
};

TimelineReport report_of(const Segments& segments, std::optional<std::uint32_t> parent = {},
                         const std::string& left_at = "") {
  TimelineReport report{.timeline = segments.timeline, .parent = parent, .left_parent_at = left_at};
  if (segments.last == 0) return report;
  const SegmentSize size = SegmentSize::from_bytes(16U << 20).value();
  const auto name = [&](std::uint64_t number) {
    return WalFileName::segment(Timeline{segments.timeline}, SegmentNumber{number}, size).text();
  };
  report.ranges = {{name(1), name(segments.last), segments.last}};
  report.newest = parse_iso8601(segments.put);
  return report;
}

std::optional<ForkedTimeline> fork_of(std::vector<TimelineReport> timelines) {
  return find_forked_timeline({.era = "001-5-16777216", .timelines = std::move(timelines)});
}

constexpr const char* kEarly = "2026-11-22T19:40:00Z";
constexpr const char* kLate = "2026-11-22T19:41:00Z";

TEST(ForkedTimelineTest, ATrialBelowTheNewestFilesIsNamed) {
  const auto fork = fork_of({report_of({1, 9, kLate}), report_of({2, 5, kEarly}, 1, "0/4000028")});
  ASSERT_TRUE(fork);
  EXPECT_EQ(fork->highest, 2U);
  EXPECT_EQ(fork->in_use, 1U);
  EXPECT_EQ(fork->left_at, "0/4000028");
}

TEST(ForkedTimelineTest, OneThatHasArchivedItsHistoryOnlyIsNamed) {
  EXPECT_TRUE(fork_of({report_of({1, 9, kLate}), report_of({2, 0, ""}, 1, "0/4000028")}));
}

TEST(ForkedTimelineTest, InOneSecondThePlaceDecides) {
  EXPECT_TRUE(fork_of({report_of({1, 9, kLate}), report_of({2, 5, kLate}, 1, "0/4000028")}));
  EXPECT_FALSE(fork_of({report_of({1, 9, kLate}), report_of({2, 10, kLate}, 1, "0/4000028")}));
}

TEST(ForkedTimelineTest, AGrandchildIsNamed) {
  const auto fork = fork_of({report_of({1, 9, kLate}), report_of({2, 5, kEarly}, 1, "0/4000028"),
                             report_of({3, 6, kEarly}, 2, "0/5000028")});
  ASSERT_TRUE(fork);
  EXPECT_EQ(fork->highest, 3U);
  EXPECT_EQ(fork->left_at, "0/4000028");
}

TEST(ForkedTimelineTest, ABranchBesideTheOneInUseIsNamed) {
  const auto fork = fork_of({report_of({1, 5, kEarly}), report_of({2, 9, kLate}, 1, "0/5000028"),
                             report_of({3, 4, kEarly}, 1, "0/4000028")});
  ASSERT_TRUE(fork);
  EXPECT_EQ(fork->highest, 3U);
  EXPECT_EQ(fork->in_use, 2U);
  EXPECT_EQ(fork->left_at, "");
}

TEST(ForkedTimelineTest, APromotionIsNone) {
  EXPECT_FALSE(fork_of({}));
  EXPECT_FALSE(fork_of({report_of({1, 9, kLate})}));
  // The lost server had archived more than its heir has replayed.
  EXPECT_FALSE(fork_of({report_of({1, 9, kEarly}), report_of({2, 5, kLate}, 1, "0/4000028")}));
  // The heir has not filled a segment yet.
  EXPECT_FALSE(fork_of({report_of({1, 9, kLate}), report_of({2, 0, ""}, 1, "0/9000028")}));
  EXPECT_FALSE(fork_of({report_of({1, 9, kLate}), report_of({2, 0, ""}, 1, "0/A000000")}));
  EXPECT_FALSE(fork_of({report_of({1, 5, kEarly}), report_of({2, 9, kLate}, 1, "0/4000028")}));
}

TEST(ForkedTimelineTest, NothingIsSaidWhereItIsNotKnown) {
  EXPECT_FALSE(fork_of({report_of({1, 9, kLate}), report_of({3, 5, kEarly})}));
  EXPECT_FALSE(fork_of({report_of({1, 9, kLate}), report_of({3, 5, kEarly}, 7, "0/4000028")}));
  EXPECT_FALSE(fork_of({report_of({1, 9, kLate}), report_of({2, 5, kEarly}, 1, "?")}));
}

}  // namespace
}  // namespace walstow
