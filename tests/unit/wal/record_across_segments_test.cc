#include "proto/wal/record_across_segments.h"

#include <gtest/gtest.h>

#include <vector>

#include "proto/wal/segment_end.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;
using Start = SegmentEdges::Start;
using Finish = SegmentEdges::Finish;

constexpr std::uint64_t kSegment7 = 7 * WalWriter::kSize;  // its begin
const std::string k7 = "000000010000000000000007";
const std::string k8 = "000000010000000000000008";
const std::string k9 = "000000010000000000000009";

SegmentEdges edges_of(std::string_view content, std::size_t piece = WalWriter::kSize) {
  SegmentEndFinder finder;
  for (std::size_t at = 0; at < content.size(); at += piece)
    finder.add(as_bytes(content.substr(at, piece)));
  return finder.edges();
}

// Where a reader of the segments ends; nullopt: nowhere.
std::optional<std::uint64_t> broken_in(const std::vector<std::string>& contents) {
  RecordsAcrossSegments records;
  for (const std::string& content : contents) {
    if (const auto broken = records.add(edges_of(content))) return broken->value;
  }
  return std::nullopt;
}

std::string with_flipped_bit(std::string content, std::size_t at) {
  content[at] = static_cast<char>(content[at] ^ 0x04);
  return content;
}

// Segment 7 up to `left` bytes before its end.
WalWriter almost_full(std::size_t left) {
  WalWriter writer(k7);
  while (WalWriter::kSize - writer.end() > left + 400)
    writer.record(200);
  return writer.record(WalWriter::kSize - writer.end() - left);
}

TEST(RecordsAcrossSegmentsTest, SoundLogHasNoBreak) {
  // With 8 and 16 bytes left the header itself is torn.
  for (const std::size_t left : {8U, 16U, 24U, 32U, 104U}) {
    for (const std::size_t size : {120U, 8192U, 300000U}) {
      const WalWriter seven = almost_full(left).record(size, 'a');
      const WalWriter eight = WalWriter(k8).go_on(seven).fill();
      const WalWriter nine = WalWriter(k9).go_on(eight).records(3, 100);
      EXPECT_EQ(broken_in({seven.content(), eight.content(), nine.content()}), std::nullopt)
          << left << " " << size;
      EXPECT_EQ(edges_of(seven.content(), 4097), edges_of(seven.content()));
      EXPECT_EQ(edges_of(eight.content(), 4097), edges_of(eight.content()));
    }
  }
}

TEST(RecordsAcrossSegmentsTest, OneRecordThroughThreeSegments) {
  const WalWriter seven = almost_full(1000).record(WalWriter::kSize + WalWriter::kSize / 2);
  const WalWriter eight = WalWriter(k8).go_on(seven);
  const WalWriter nine = WalWriter(k9).go_on(eight).fill();
  EXPECT_EQ(edges_of(eight.content()).finish, Finish::kOpen);
  EXPECT_EQ(broken_in({seven.content(), eight.content(), nine.content()}), std::nullopt);
  const std::uint64_t start = kSegment7 + WalWriter::kSize - 1000;
  EXPECT_EQ(broken_in({seven.content(), with_flipped_bit(eight.content(), 500000), nine.content()}),
            start);
  // Without the one in between nothing is known, and nothing is guessed.
  EXPECT_EQ(broken_in({eight.content(), nine.content()}), std::nullopt);
}

TEST(RecordsAcrossSegmentsTest, EachBitOfTheRecordCounts) {
  for (const std::size_t left : {8U, 16U, 104U}) {
    const WalWriter seven = almost_full(left).record(600, 'a');
    const WalWriter eight = WalWriter(k8).go_on(seven).fill();
    const std::uint64_t start = kSegment7 + WalWriter::kSize - left;
    for (std::size_t at = 0; at < left; ++at) {
      EXPECT_EQ(broken_in({with_flipped_bit(seven.content(), WalWriter::kSize - left + at),
                           eight.content()}),
                start)
          << "byte " << at << " of " << left;
    }
    for (std::size_t at = 40; at < 40 + 600 - left; at += at < 72 ? 1 : 17) {
      EXPECT_EQ(broken_in({seven.content(), with_flipped_bit(eight.content(), at)}), start)
          << "byte " << at << " behind " << left;
    }
  }
}

TEST(RecordsAcrossSegmentsTest, SegmentsThatDoNotBelongTogether) {
  const WalWriter seven = almost_full(104).record(600);
  const std::uint64_t start = kSegment7 + WalWriter::kSize - 104;
  const std::string begins_anew = WalWriter(k8).fill().content();
  EXPECT_EQ(broken_in({seven.content(), begins_anew}), start);
  const WalWriter longer = almost_full(104).record(608);
  EXPECT_EQ(broken_in({seven.content(), WalWriter(k8).go_on(longer).fill().content()}), start);
  // The other way round there is nothing that could go on.
  const std::string whole = WalWriter(k7).fill().content();
  const std::string goes_on = WalWriter(k8).go_on(seven).fill().content();
  EXPECT_EQ(broken_in({whole, goes_on}), kSegment7 + WalWriter::kSize);
  // Of another history: its first record names another one before.
  const WalWriter shorter = WalWriter(k7).records(3, 100).switch_wal();
  EXPECT_EQ(broken_in({shorter.content(), WalWriter(k8).go_on(shorter).fill().content()}),
            std::nullopt);
  EXPECT_EQ(broken_in({shorter.content(), begins_anew}), kSegment7 + WalWriter::kSize);
}

TEST(RecordsAcrossSegmentsTest, GivenUpRecordIsNoBreak) {
  const WalWriter seven = almost_full(104).record(600);
  WalWriter eight(k8);
  std::string content = eight.fill().content();
  content[2] = static_cast<char>(content[2] | 8);  // XLP_FIRST_IS_OVERWRITE_CONTRECORD
  EXPECT_EQ(broken_in({seven.content(), content}), std::nullopt);
  EXPECT_EQ(edges_of(content).start, Start::kGivesUp);
}

// A reader drops the record, and then finds a page that begins with a piece of one.
TEST(RecordsAcrossSegmentsTest, PageThatContinuesARecordAndGivesItUpIsABreak) {
  const WalWriter seven = almost_full(104).record(600);
  std::string content = WalWriter(k8).go_on(seven).fill().content();
  content[2] = static_cast<char>(content[2] | 8);  // XLP_FIRST_IS_OVERWRITE_CONTRECORD
  SegmentEndFinder finder;
  finder.add(as_bytes(content));
  EXPECT_EQ(finder.end().broken, kSegmentHeaderSize);
  EXPECT_EQ(finder.edges().start, Start::kBreaksOff);
  EXPECT_TRUE(broken_in({seven.content(), content}));
}

TEST(RecordsAcrossSegmentsTest, WhatIsNotKnownIsNoBreak) {
  const std::string unfinished = WalWriter(k7).records(3, 100).content();
  EXPECT_EQ(edges_of(unfinished).finish, Finish::kEnds);
  EXPECT_EQ(broken_in({unfinished, WalWriter(k8).fill().content()}), std::nullopt);
  EXPECT_EQ(edges_of(std::string(WalWriter::kSize, '\0')), SegmentEdges());
  const WalWriter seven = almost_full(104).record(600);
  std::string torn = WalWriter(k8).go_on(seven).fill().content();
  torn.replace(0, 8192, 8192, '\0');
  EXPECT_EQ(broken_in({seven.content(), torn}), std::nullopt) << "its own end tells of it";
}

}  // namespace
}  // namespace walstow
