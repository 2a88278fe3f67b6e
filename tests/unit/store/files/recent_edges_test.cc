#include "store/files/recent_edges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "proto/wal/segment_end.h"
#include "tests/support/digests.h"
#include "tests/support/wal_samples.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;

const EraName kEra{
    .number = 1, .system_identifier = samples::kSystem1Mb, .segment_size = WalWriter::kSize};

WalFileName name(std::uint64_t number, std::uint32_t timeline = 1) {
  return WalFileName::segment(Timeline{timeline}, SegmentNumber{number},
                              *SegmentSize::from_bytes(WalWriter::kSize));
}

struct Segment {
  WalFileName file;
  std::string bytes;
  SegmentContent content() const { return {file, digest_of(bytes)}; }
  SegmentEdges edges() const {
    SegmentEndFinder finder;
    finder.add(as_bytes(bytes));
    return finder.edges();
  }
};

Segment other_log(std::uint64_t number, std::uint32_t timeline = 1) {
  const WalFileName file = name(number, timeline);
  return {.file = file, .bytes = WalWriter(file.text()).fill().content()};
}

// As a put does.
std::optional<LogBreak> add(RecentEdges& recent, const Segment& segment, const EraName& era = kEra,
                            std::string_view cluster = "main") {
  auto found = recent.find_break(cluster, era, segment.content(), segment.edges());
  recent.add(cluster, era, segment.content(), segment.edges());
  return found;
}

// Segments from 7 on with a record of 3 MB that goes through the two in the middle.
std::vector<Segment> log_with_a_long_record() {
  std::vector<WalWriter> writers;
  writers.push_back(WalWriter(name(7).text()).records(100, 400).record(3 * WalWriter::kSize));
  for (std::uint64_t number = 8; number <= 9; ++number)
    writers.push_back(WalWriter(name(number).text()).go_on(writers.back()));
  writers.push_back(WalWriter(name(10).text()).go_on(writers.back()).fill());
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < writers.size(); ++i)
    segments.push_back({.file = name(7 + i), .bytes = writers[i].content()});
  return segments;
}

std::vector<LogBreak> breaks_of(const std::vector<Segment>& segments) {
  RecentEdges recent;
  std::vector<LogBreak> breaks;
  for (const Segment& segment : segments) {
    if (const auto found = add(recent, segment)) breaks.push_back(*found);
  }
  return breaks;
}

bool by_number(const Segment& one, const Segment& other) {
  return one.file.text() < other.file.text();
}

TEST(RecentEdgesTest, SoundLogHasNoBreakInAnyOrder) {
  std::vector<Segment> segments = log_with_a_long_record();
  do
    EXPECT_TRUE(breaks_of(segments).empty());
  while (std::ranges::next_permutation(segments, by_number).found);
}

TEST(RecentEdgesTest, RecordThatIsDamagedIsToldOnceInAnyOrder) {
  for (std::size_t damaged = 0; damaged < 4; ++damaged) {
    std::vector<Segment> segments = log_with_a_long_record();
    char& byte = damaged == 3 ? segments[3].bytes[100] : segments[damaged].bytes[500000];
    byte = static_cast<char>(byte ^ 1);
    std::vector<SegmentContent> all;
    for (const Segment& segment : segments)
      all.push_back(segment.content());
    do {
      const auto breaks = breaks_of(segments);
      ASSERT_EQ(breaks.size(), 1U) << damaged;
      EXPECT_EQ(breaks[0].segment, name(10));
      EXPECT_EQ(breaks[0].before, name(9));
      EXPECT_EQ(breaks[0].contents, all);
      EXPECT_GT(breaks[0].at.value, 7 * WalWriter::kSize);
      EXPECT_LT(breaks[0].at.value, 8 * WalWriter::kSize);
    } while (std::ranges::next_permutation(segments, by_number).found);
  }
}

// The segments behind the break go on with each other.
TEST(RecentEdgesTest, RecordOfAnotherLengthIsToldOnceInAnyOrder) {
  std::vector<Segment> segments = log_with_a_long_record();
  const WalWriter longer = WalWriter(name(7).text()).records(100, 400).record(4 * WalWriter::kSize);
  std::vector<WalWriter> others{WalWriter(name(8).text()).go_on(longer)};
  for (std::uint64_t number = 9; number <= 10; ++number)
    others.push_back(WalWriter(name(number).text()).go_on(others.back()));
  for (std::size_t i = 0; i < others.size(); ++i)
    segments[i + 1].bytes = others[i].content();
  do {
    const auto breaks = breaks_of(segments);
    ASSERT_EQ(breaks.size(), 1U);
    EXPECT_EQ(breaks[0].segment, name(8));
    EXPECT_EQ(breaks[0].before, name(7));
  } while (std::ranges::next_permutation(segments, by_number).found);
}

TEST(RecentEdgesTest, OtherTimelinesErasAndClustersAreNoNeighbours) {
  RecentEdges recent;
  add(recent, log_with_a_long_record()[0]);
  EXPECT_FALSE(add(recent, other_log(8, 2)));
  EraName later = kEra;
  later.number = 2;
  EXPECT_FALSE(add(recent, other_log(8), later));
  EXPECT_FALSE(add(recent, other_log(8), kEra, "second"));
  EXPECT_TRUE(add(recent, other_log(8)));
}

TEST(RecentEdgesTest, ContentThatTakesTheNameCounts) {
  const std::vector<Segment> segments = log_with_a_long_record();
  RecentEdges recent;
  add(recent, segments[0]);
  EXPECT_TRUE(add(recent, other_log(8)));
  EXPECT_FALSE(add(recent, segments[1]));
}

TEST(RecentEdgesTest, ForgottenContentJoinsAnything) {
  const std::vector<Segment> segments = log_with_a_long_record();
  RecentEdges recent;
  add(recent, segments[0]);
  recent.forget("main", kEra, {name(7), digest_of("another content")});
  EXPECT_TRUE(add(recent, other_log(8)));
  recent.forget("main", kEra, segments[0].content());
  EXPECT_FALSE(add(recent, other_log(8)));
}

// Pages that a disk has lost look like a segment that the server had not finished.
TEST(RecentEdgesTest, NothingFollowsAnUnfinishedSegment) {
  const Segment unfinished{name(7), WalWriter(name(7).text()).records(3, 100).content()};
  const Segment follows = other_log(8);
  for (const bool in_order : {true, false}) {
    const auto breaks =
        breaks_of(in_order ? std::vector{unfinished, follows} : std::vector{follows, unfinished});
    ASSERT_EQ(breaks.size(), 1U);
    EXPECT_EQ(breaks[0].at, unfinished.edges().stops);
    EXPECT_EQ(breaks[0].before, name(7));
  }
  Segment gives_up = follows;
  gives_up.bytes[2] =
      static_cast<char>(gives_up.bytes[2] | 8);  // XLP_FIRST_IS_OVERWRITE_CONTRECORD
  EXPECT_TRUE(breaks_of({unfinished, gives_up}).empty());
}

TEST(RecentEdgesTest, OfEachClusterTheLastOnesAreKnown) {
  const std::vector<Segment> segments = log_with_a_long_record();
  for (const std::size_t between : {RecentEdges::kMost - 1, RecentEdges::kMost}) {
    RecentEdges recent;
    add(recent, segments[0]);
    for (std::size_t i = 0; i < between; ++i)
      recent.add("main", kEra, {name(100 + 2 * i), {}}, {});
    for (std::size_t i = 0; i < RecentEdges::kMost; ++i)
      recent.add("second", kEra, {name(100 + 2 * i), {}}, {});
    EXPECT_EQ(add(recent, other_log(8)).has_value(), between < RecentEdges::kMost);
  }
}

}  // namespace
}  // namespace walstow
