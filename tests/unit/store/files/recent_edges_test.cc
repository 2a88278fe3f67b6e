#include "store/files/recent_edges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "proto/wal/segment_end.h"
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
  std::string content;
  SegmentEdges edges() const {
    SegmentEndFinder finder;
    finder.add(as_bytes(content));
    return finder.edges();
  }
};

// Segments from 7 on with a record of 3 MB that goes through the two in the middle.
std::vector<Segment> log_with_a_long_record() {
  std::vector<WalWriter> writers;
  writers.push_back(WalWriter(name(7).text()).records(100, 400).record(3 * WalWriter::kSize));
  for (std::uint64_t number = 8; number <= 9; ++number)
    writers.push_back(WalWriter(name(number).text()).go_on(writers.back()));
  writers.push_back(WalWriter(name(10).text()).go_on(writers.back()).fill());
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < writers.size(); ++i)
    segments.push_back({.file = name(7 + i), .content = writers[i].content()});
  return segments;
}

std::vector<BrokenJoint> joints_of(const std::vector<Segment>& segments) {
  RecentEdges recent;
  std::vector<BrokenJoint> joints;
  for (const Segment& segment : segments) {
    if (const auto joint = recent.add("main", kEra, segment.file, segment.edges()))
      joints.push_back(*joint);
  }
  return joints;
}

bool by_number(const Segment& one, const Segment& other) {
  return one.file.text() < other.file.text();
}

TEST(RecentEdgesTest, SoundLogJoinsInAnyOrder) {
  std::vector<Segment> segments = log_with_a_long_record();
  do
    EXPECT_TRUE(joints_of(segments).empty());
  while (std::ranges::next_permutation(segments, by_number).found);
}

TEST(RecentEdgesTest, RecordThatIsDamagedIsToldOnceInAnyOrder) {
  for (std::size_t damaged = 0; damaged < 4; ++damaged) {
    std::vector<Segment> segments = log_with_a_long_record();
    char& byte = damaged == 3 ? segments[3].content[100] : segments[damaged].content[500000];
    byte = static_cast<char>(byte ^ 1);
    do {
      const auto joints = joints_of(segments);
      ASSERT_EQ(joints.size(), 1U) << damaged;
      EXPECT_EQ(joints[0].segment, name(10));
      EXPECT_EQ(joints[0].before, name(9));
      EXPECT_GT(joints[0].at.value, 7 * WalWriter::kSize);
      EXPECT_LT(joints[0].at.value, 8 * WalWriter::kSize);
    } while (std::ranges::next_permutation(segments, by_number).found);
  }
}

TEST(RecentEdgesTest, OtherTimelinesErasAndClustersAreNoNeighbours) {
  const Segment seven = log_with_a_long_record()[0];
  const SegmentEdges other = Segment{name(8), WalWriter(name(8).text()).fill().content()}.edges();
  RecentEdges recent;
  recent.add("main", kEra, seven.file, seven.edges());
  EXPECT_FALSE(recent.add("main", kEra, name(8, 2), other));
  EraName later = kEra;
  later.number = 2;
  EXPECT_FALSE(recent.add("main", later, name(8), other));
  EXPECT_FALSE(recent.add("second", kEra, name(8), other));
  EXPECT_TRUE(recent.add("main", kEra, name(8), other));
}

TEST(RecentEdgesTest, ContentThatTakesTheNameCounts) {
  const std::vector<Segment> segments = log_with_a_long_record();
  const SegmentEdges other = Segment{name(8), WalWriter(name(8).text()).fill().content()}.edges();
  RecentEdges recent;
  recent.add("main", kEra, name(7), segments[0].edges());
  EXPECT_TRUE(recent.add("main", kEra, name(8), other));
  EXPECT_FALSE(recent.add("main", kEra, name(8), segments[1].edges()));
}

TEST(RecentEdgesTest, OfEachClusterTheLastOnesAreKnown) {
  const std::vector<Segment> segments = log_with_a_long_record();
  const SegmentEdges other = Segment{name(8), WalWriter(name(8).text()).fill().content()}.edges();
  for (const std::size_t between : {RecentEdges::kMost - 2, RecentEdges::kMost - 1}) {
    RecentEdges recent;
    recent.add("main", kEra, name(7), segments[0].edges());
    for (std::size_t i = 0; i < between; ++i)
      recent.add("main", kEra, name(100 + 2 * i), {});
    EXPECT_EQ(recent.add("main", kEra, name(8), other).has_value(),
              between < RecentEdges::kMost - 1);
  }
}

}  // namespace
}  // namespace walstow
