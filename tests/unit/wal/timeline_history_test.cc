#include "proto/wal/timeline_history.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "tests/support/wal_samples.h"

namespace walstow {
namespace {

TEST(TimelineHistoryTest, ReadsARealFile) {
  const auto result = parse_timeline_history(Timeline{3}, samples::kHistory3);
  ASSERT_TRUE(result.history) << result.problem;
  EXPECT_EQ(result.history->timeline, Timeline{3});
  const auto& ancestry = result.history->ancestry;
  ASSERT_EQ(ancestry.size(), 2U);
  EXPECT_EQ(ancestry[0].parent, Timeline{1});
  EXPECT_EQ(ancestry[0].left_at, Lsn{0xA000A0});
  EXPECT_EQ(ancestry[0].reason, "no recovery target specified");
  EXPECT_EQ(ancestry[1].parent, Timeline{2});
  EXPECT_EQ(ancestry[1].left_at, Lsn{0xC000A0});
}

TEST(TimelineHistoryTest, TakesWhatPostgresTakes) {
  struct {
    const char* content;
    const char* reason;
  } const cases[] = {
      {"1\t1A/28\tbefore 2000-01-01 00:00:00+00\n", "before 2000-01-01 00:00:00+00"},
      {"1\t1a/28\tat restore point \"x\"", "at restore point \"x\""},
      {"1\t1A/28\n", ""},
      {"1\t1A/28", ""},
      {"  1   1A/28  spaces\n", "spaces"},
      {"# a comment\n\n \t \n  # another\n1\t1A/28\tafter comments\n", "after comments"},
  };
  for (const auto& test : cases) {
    const auto result = parse_timeline_history(Timeline{2}, test.content);
    ASSERT_TRUE(result.history) << test.content << ": " << result.problem;
    ASSERT_EQ(result.history->ancestry.size(), 1U) << test.content;
    EXPECT_EQ(result.history->ancestry[0].parent, Timeline{1}) << test.content;
    EXPECT_EQ(result.history->ancestry[0].left_at, Lsn{0x1A00000028}) << test.content;
    EXPECT_EQ(result.history->ancestry[0].reason, test.reason);
  }
}

TEST(TimelineHistoryTest, NamesTheLineThatIsWrong) {
  struct {
    const char* content;
    const char* problem;
  } const cases[] = {
      {"", "it names no parent timeline"},
      {"\n\n# nothing\n", "it names no parent timeline"},
      {"one\t0/28\tx\n", "line 1: expected a timeline's number"},
      {"-1\t0/28\tx\n", "line 1: expected a timeline's number"},
      {"0\t0/28\tx\n", "line 1: expected a timeline's number"},
      {"1x\t0/28\tx\n", "line 1: expected a timeline's number"},
      {"4294967296\t0/28\tx\n", "line 1: expected a timeline's number"},
      {"1\n", "line 1: expected a WAL position after timeline 1"},
      {"\n1\t28\tx\n", "line 2: expected a WAL position after timeline 1"},
      {"1\t0/123456789\tx\n", "line 1: expected a WAL position after timeline 1"},
      {"1\t0/28\tx\n1\t0/30\tx\n", "line 2: timeline 1 follows timeline 1; they must ascend"},
      {"2\t0/28\tx\n1\t0/30\tx\n", "line 2: timeline 1 follows timeline 2; they must ascend"},
      {"1\t0/28\tx\n\n5\t0/30\tx\n", "line 3: timeline 5 is not below the file's own, 5"},
      {"6\t0/30\tx\n", "line 1: timeline 6 is not below the file's own, 5"},
  };
  for (const auto& test : cases) {
    const auto result = parse_timeline_history(Timeline{5}, test.content);
    EXPECT_FALSE(result.history) << test.content;
    EXPECT_EQ(result.problem, test.problem) << test.content;
  }
}

TEST(TimelineHistoryTest, SomePlacesNoLogReaches) {
  const SegmentSize size = *SegmentSize::from_bytes(std::uint64_t{1} << 20);
  const auto problem = [&](std::string_view content) {
    return impossible_place(*parse_timeline_history(Timeline{5}, content).history, size);
  };
  EXPECT_EQ(problem("1\t0/0\tx\n"),
            "no timeline can branch off timeline 1 at 0/0: no log begins before 0/100000");
  EXPECT_EQ(problem("1\t0/FFFFF\tx\n"),
            "no timeline can branch off timeline 1 at 0/FFFFF: no log begins before 0/100000");
  EXPECT_EQ(problem("1\t0/400028\tx\n3\t0/400000\tx\n"),
            "no timeline can branch off timeline 3 at 0/400000: the previous branch point, "
            "0/400028, is later");
  EXPECT_EQ(problem("1\t0/100000\tx\n"), "");
  EXPECT_EQ(problem("1\t0/400028\tx\n2\t0/400028\tx\n4\t0/400030\tx\n"), "");
  EXPECT_EQ(problem("1\tFFFFFF/28\tx\n"), "") << "after a long outage";
}

TEST(TimelineHistoryTest, OnlyTheSegmentThatOpensATimelineBeginsWithAnOlderPage) {
  const SegmentSize size = *SegmentSize::from_bytes(std::uint64_t{1} << 20);
  const auto problem = [&](std::string_view content, std::uint64_t number, std::uint32_t page) {
    const auto history = parse_timeline_history(Timeline{5}, content).history;
    return impossible_first_page(*history, SegmentNumber{number}, size, Timeline{page});
  };
  constexpr std::string_view kInside = "1\t0/700028\tx\n3\t0/A00320\tx\n";
  EXPECT_EQ(problem(kInside, 0xA, 3), "");
  EXPECT_EQ(problem(kInside, 0xA, 1), "") << "two switches in one segment look like this";
  EXPECT_EQ(problem(kInside, 0xB, 3),
            "its first page is from timeline 3, but timeline 5 was opened at 0/A00320, in another "
            "segment");
  EXPECT_NE(problem(kInside, 9, 3), "");
  EXPECT_NE(problem(kInside, 7, 1), "");
  EXPECT_EQ(problem(kInside, 0xA, 2),
            "its first page is from timeline 2, which is no ancestor of timeline 5");
  // The server writes the segment that begins at the switch itself.
  constexpr std::string_view kBetween = "1\t0/A00000\tx\n";
  EXPECT_NE(problem(kBetween, 0xA, 1), "");
  EXPECT_EQ(problem(kBetween, 9, 1), "") << "before 9.5, the previous one is copied";
  EXPECT_NE(problem(kBetween, 8, 1), "");
}

TEST(TimelineHistoryTest, IsBounded) {
  std::string content = "1\t0/28\tx\n";
  content.resize(kLargestHistoryFile, '\n');
  EXPECT_TRUE(parse_timeline_history(Timeline{2}, content).history);
  content += '\n';
  EXPECT_EQ(parse_timeline_history(Timeline{2}, content).problem,
            "it has 1048577 bytes, but a timeline history file has at most 1048576");
}

// A megabyte would name a hundred thousand timelines, and a store keeps all of them in memory.
TEST(TimelineHistoryTest, NamesAThousandTimelinesAtMost) {
  std::string content;
  for (std::size_t i = 1; i <= kMostAncestors; ++i)
    content += fmt::format("{}\t1/{:X}\tx\n", i, i);
  EXPECT_TRUE(parse_timeline_history(Timeline{5000}, content).history);
  content += "1001\t2/0\tx\n";
  EXPECT_EQ(parse_timeline_history(Timeline{5000}, content).problem,
            "line 1001: there are more than 1000 timelines before it");
}

}  // namespace
}  // namespace walstow
