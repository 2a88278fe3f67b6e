#include "proto/wal/segment_end.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using Kind = SegmentEnd::Kind;
using Tail = SegmentEnd::Tail;
using samples::WalWriter;

constexpr std::string_view kName = "000000010000000000000007";
constexpr std::string_view kOlder = "000000010000000000000003";
constexpr std::size_t kSize = WalWriter::kSize;
constexpr std::size_t kPage = WalWriter::kPage;

SegmentEnd end_of(std::string_view content, std::size_t piece = kSize) {
  SegmentEndFinder finder;
  for (std::size_t at = 0; at < content.size(); at += piece)
    finder.add(as_bytes(content.substr(at, piece)));
  return finder.end();
}

std::string older() {
  return WalWriter(kOlder).fill('o').content();
}

SegmentEnd full() {
  return {Kind::kFull, Tail::kZeros, kSize};
}
SegmentEnd switched(std::uint64_t offset) {
  return {Kind::kSwitched, Tail::kZeros, offset};
}
SegmentEnd unfinished(std::uint64_t offset, Tail tail) {
  return {Kind::kUnfinished, tail, offset};
}
SegmentEnd unclear() {
  return {Kind::kUnclear, Tail::kZeros, kSize};
}

TEST(SegmentEndTest, FullSegmentEndsAtItsLastByte) {
  EXPECT_EQ(end_of(WalWriter(kName).fill().content()), full());
  EXPECT_EQ(end_of(WalWriter(kName, older()).fill().content()), full());
  EXPECT_EQ(end_of(WalWriter(kName).record(100).record(2 * kSize).content()), full());
}

TEST(SegmentEndTest, PiecesOfAnySizeGiveTheSame) {
  const WalWriter writer = WalWriter(kName, older()).records(300, 301);
  for (const std::size_t piece : {1U, 7U, 39U, 40U, 41U, 8191U, 8192U, 8193U, 65536U}) {
    EXPECT_EQ(end_of(writer.content(), piece), unfinished(writer.end(), Tail::kStale)) << piece;
    EXPECT_EQ(end_of(WalWriter(kName).fill().content(), piece), full()) << piece;
  }
}

// What pg_waldump would name, and a recovery ends at in silence.
TEST(SegmentEndTest, NamesThePlaceWhereTheLogBreaksOff) {
  const WalWriter writer = WalWriter(kName).fill();
  const std::string sound = writer.content();
  EXPECT_EQ(end_of(sound).broken, std::nullopt);
  struct {
    const char* title;
    std::size_t at, size;
    std::uint64_t broken;
  } const cases[] = {
      // Records of 200 bytes from 40 on, and from 24 on of each page that begins one.
      {"a bit of a record's content", 40 + 200 + 100, 1, 40 + 200},
      {"a bit of a record's transaction", 40 + 200 + 4, 1, 40 + 200},
      {"a torn sector", 40 + 30 * 200, 512, 40 + 30 * 200},
      {"ten pages", 20 * kPage, 10 * kPage, 0},
      {"a page's header", 20 * kPage, 24, 0},
  };
  for (const auto& test : cases) {
    std::string content = sound;
    for (std::size_t i = 0; i < test.size; ++i)
      content[test.at + i] = static_cast<char>(content[test.at + i] ^ 0x10);
    const SegmentEnd end = end_of(content);
    ASSERT_TRUE(end.broken) << test.title;
    if (test.broken != 0) {
      EXPECT_EQ(*end.broken, test.broken) << test.title;
    } else {
      EXPECT_LE(*end.broken, test.at) << test.title;
      EXPECT_GE(*end.broken + 250, test.at) << test.title;
    }
    EXPECT_EQ(end_of(content, 4097), end) << test.title;
  }
  std::string zeros = sound;
  std::fill_n(zeros.begin() + 20 * kPage, 10 * kPage, '\0');
  EXPECT_TRUE(end_of(zeros).broken);
}

TEST(SegmentEndTest, NothingIsBrokenAtAnEnd) {
  // The last record of what was written so far may be torn: nothing is behind it.
  WalWriter writer = WalWriter(kName, older()).records(300, 301);
  std::string torn = writer.content();
  torn[writer.end() - 150] ^= 1;
  EXPECT_EQ(end_of(torn).broken, std::nullopt);
  EXPECT_EQ(end_of(WalWriter(kName).records(5, 100).switch_wal().content()).broken, std::nullopt);
  EXPECT_EQ(end_of(WalWriter(kName).record(100).record(2 * kSize).content()).broken, std::nullopt);
  const WalWriter given_up = WalWriter(kName).records(30, 200).give_up_record(9000).fill();
  EXPECT_EQ(end_of(given_up.content()).broken, std::nullopt);
}

// Nobody knows how a later release writes its records: nothing is read out of them.
TEST(SegmentEndTest, DoesNotLookIntoANewerRelease) {
  std::string content = WalWriter(kName).records(300, 301).switch_wal().content();
  for (std::size_t page = 0; page < kSize; page += kPage)
    store_little_endian(std::uint16_t{0xD130}, std::as_writable_bytes(std::span(content)), page);
  EXPECT_EQ(end_of(content), unclear());
}

TEST(SegmentEndTest, SwitchEndsASegmentWhateverLiesBehind) {
  const WalWriter zeros = WalWriter(kName, older()).records(50, 400).switch_wal();
  EXPECT_EQ(end_of(zeros.content()), switched(zeros.end()));
  const WalWriter crashed = WalWriter(kName, older()).records(50, 400).switch_record();
  EXPECT_EQ(end_of(crashed.content()), switched(crashed.end()));
}

// 8 bytes are left in the page for a record of 24, or 16.
TEST(SegmentEndTest, SwitchAcrossTwoPagesIsFound) {
  for (const std::size_t left : {8U, 16U}) {
    const WalWriter writer = WalWriter(kName, older()).record(kPage - 40 - left).switch_record();
    EXPECT_EQ(writer.end(), kPage + 24 + 24 - left);
    EXPECT_EQ(end_of(writer.content()), switched(writer.end())) << left;
  }
}

TEST(SegmentEndTest, UnfinishedEndsAtItsLastRecord) {
  for (const std::size_t count : {1U, 19U, 20U, 21U, 500U}) {
    const WalWriter fresh = WalWriter(kName).records(count, 400);
    EXPECT_EQ(end_of(fresh.content()), unfinished(fresh.end(), Tail::kZeros)) << count;
    const WalWriter recycled = WalWriter(kName, older()).records(count, 400);
    EXPECT_EQ(end_of(recycled.content()), unfinished(recycled.end(), Tail::kStale)) << count;
    const WalWriter primary = WalWriter(kName, older()).records(count, 400).clear_page();
    EXPECT_EQ(end_of(primary.content()), unfinished(primary.end(), Tail::kStale)) << count;
  }
}

// Wherever the end falls in a page, and so wherever the remains of the other segment begin.
TEST(SegmentEndTest, UnfinishedEndsAtItsLastRecordAnywhereInAPage) {
  for (std::size_t last = 24; last < kPage + 100; last += 8) {
    const WalWriter writer = WalWriter(kName, older()).records(10, 120).record(last);
    EXPECT_EQ(end_of(writer.content()), unfinished(writer.end(), Tail::kStale)) << last;
  }
}

TEST(SegmentEndTest, RecordThatGoesOnBeyondTheLastPageIsWrittenToThatPagesEnd) {
  const WalWriter whole = WalWriter(kName).record(400).record(3 * kPage);
  std::string content = older();
  content.replace(0, 2 * kPage, whole.content().substr(0, 2 * kPage));
  EXPECT_EQ(end_of(content), unfinished(2 * kPage, Tail::kStale));
}

TEST(SegmentEndTest, TimelineMayChangeOnTheWay) {
  WalWriter writer = WalWriter("000000020000000000000007").change_timeline(1).records(100, 300);
  EXPECT_EQ(end_of(writer.change_timeline(2).fill().content()), full());
}

TEST(SegmentEndTest, OlderTimelinesSegmentOfTheSamePlaceIsARemain) {
  const std::string remains = WalWriter(kName).fill('o').content();
  const WalWriter writer = WalWriter("000000020000000000000007", remains).records(100, 300);
  EXPECT_EQ(end_of(writer.content()), unfinished(writer.end(), Tail::kStale));
}

TEST(SegmentEndTest, RecordThatWasGivenUpIsPassedOver) {
  WalWriter writer = WalWriter(kName).records(5, 300).give_up_record(2 * kPage);
  EXPECT_EQ(end_of(writer.fill().content()), full());
}

TEST(SegmentEndTest, DamageInTheMiddleIsNoEnd) {
  const std::string good = WalWriter(kName).fill().content();
  for (const std::size_t at : {5 * kPage, 5 * kPage + 8, 5 * kPage + 16}) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_EQ(end_of(damaged).kind, Kind::kUnclear) << at;
  }
  std::string zeroed = good;
  std::fill_n(zeroed.begin() + 5 * kPage, kPage, '\0');
  EXPECT_EQ(end_of(zeroed).kind, Kind::kUnclear);
}

TEST(SegmentEndTest, WhatIsNoWalBehindTheEndIsUnclear) {
  std::string content = WalWriter(kName).records(30, 400).content();
  content[kSize - 1] = 'x';
  EXPECT_EQ(end_of(content), unclear());
}

// The remainder of the last page has no page address that would tell it from written WAL.
TEST(SegmentEndTest, EndInTheLastPageIsKnownByZerosOnly) {
  const WalWriter fresh = WalWriter(kName).record(kSize - kPage).record(100);
  ASSERT_GT(fresh.end(), kSize - kPage);
  EXPECT_EQ(end_of(fresh.content()), unfinished(fresh.end(), Tail::kZeros));
  EXPECT_EQ(end_of(WalWriter(kName, older()).record(kSize - kPage).record(100).content()),
            unclear());
}

TEST(SegmentEndTest, WithoutARecordOfItsOwnAnEndIsUnclear) {
  std::string content = WalWriter(kName).records(1, 400).content();
  std::fill_n(content.begin() + 40, 400, '\0');
  EXPECT_EQ(end_of(content), unclear());
}

TEST(SegmentEndTest, WhatIsNoSegmentIsUnclear) {
  EXPECT_EQ(end_of(std::string(kSize, 'x')), unclear());
  EXPECT_EQ(end_of("").kind, Kind::kUnclear);
  EXPECT_EQ(end_of(WalWriter(kName).fill().content().substr(0, kSize - 1)).kind, Kind::kUnclear);
  std::string before_9_5 = WalWriter(kName).fill().content();
  before_9_5[0] = '\x7E';
  before_9_5[1] = '\xD0';
  EXPECT_EQ(end_of(before_9_5).kind, Kind::kUnclear);
}

// --- two segments ---

SegmentRelation relation(const WalWriter& existing, const WalWriter& incoming) {
  const auto [first, second] = std::ranges::mismatch(existing.content(), incoming.content());
  return relation_of(
      {.existing = end_of(existing.content()),
       .incoming = end_of(incoming.content()),
       .first_difference = static_cast<std::uint64_t>(first - existing.content().begin())});
}

TEST(SegmentRelationTest, WhatDiffersBehindASwitchIsReadByNobody) {
  const WalWriter zeros = WalWriter(kName).records(50, 400).switch_wal();
  const WalWriter crashed = WalWriter(kName, older()).records(50, 400).switch_record();
  EXPECT_EQ(relation(zeros, crashed), SegmentRelation::kSame);
  EXPECT_EQ(relation(crashed, zeros), SegmentRelation::kSame);
}

TEST(SegmentRelationTest, TwoUnfinishedOnesOfOneEndAreTheSame) {
  const WalWriter fresh = WalWriter(kName).records(50, 400);
  const WalWriter recycled = WalWriter(kName, older()).records(50, 400);
  EXPECT_EQ(relation(fresh, recycled), SegmentRelation::kSame);
}

TEST(SegmentRelationTest, UnfinishedNewcomerIsNeverTheSame) {
  const WalWriter piece = WalWriter(kName, older()).records(50, 400);
  for (const WalWriter& whole :
       {WalWriter(kName).records(50, 400).fill(), WalWriter(kName).records(60, 400).switch_wal(),
        WalWriter(kName).records(50, 400).switch_wal(), WalWriter(kName).records(51, 400)}) {
    EXPECT_EQ(relation(whole, piece), SegmentRelation::kIncomingUnfinished);
    EXPECT_EQ(relation(piece, whole), SegmentRelation::kExistingUnfinished);
  }
}

TEST(SegmentRelationTest, LongerPieceWithRemainsTakesNoPlace) {
  const WalWriter piece = WalWriter(kName).records(50, 400);
  const WalWriter longer = WalWriter(kName, older()).records(60, 400);
  EXPECT_EQ(relation(piece, longer), SegmentRelation::kIncomingUnfinished);
}

TEST(SegmentRelationTest, AnotherWayIsADifference) {
  const WalWriter one = WalWriter(kName).records(50, 400).fill('a');
  const WalWriter other = WalWriter(kName).records(50, 400).fill('b');
  EXPECT_EQ(relation(one, other), SegmentRelation::kDifferent);
  const WalWriter piece = WalWriter(kName, older()).records(50, 400).records(3, 400, 'c');
  EXPECT_EQ(relation(one, piece), SegmentRelation::kDifferent);
  EXPECT_EQ(relation(piece, one), SegmentRelation::kDifferent);
  const WalWriter early = WalWriter(kName).records(50, 400).switch_wal();
  const WalWriter late = WalWriter(kName).records(51, 400).switch_wal();
  EXPECT_EQ(relation(early, late), SegmentRelation::kDifferent);
  EXPECT_EQ(relation(early, one), SegmentRelation::kDifferent);
}

TEST(SegmentRelationTest, DifferenceInTheLastWrittenByteCounts) {
  const WalWriter one = WalWriter(kName).records(50, 400).record(64, 'a').switch_wal();
  WalWriter other = one;
  SegmentPair pair{.existing = end_of(one.content()),
                   .incoming = end_of(other.content()),
                   .first_difference = one.end() - 1};
  EXPECT_EQ(relation_of(pair), SegmentRelation::kDifferent);
  pair.first_difference = one.end();
  EXPECT_EQ(relation_of(pair), SegmentRelation::kSame);
}

TEST(SegmentRelationTest, UnclearIsNeverTheSameNorCompleted) {
  const SegmentEnd clear = unfinished(1000, Tail::kZeros);
  EXPECT_EQ(relation_of({unclear(), unclear(), kSize - 1}), SegmentRelation::kDifferent);
  EXPECT_EQ(relation_of({clear, unclear(), kSize - 1}), SegmentRelation::kDifferent);
  EXPECT_EQ(relation_of({full(), full(), kSize - 1}), SegmentRelation::kDifferent);
  EXPECT_EQ(relation_of({unclear(), clear, 999}), SegmentRelation::kDifferent);
  EXPECT_EQ(relation_of({unclear(), clear, 1000}), SegmentRelation::kIncomingUnfinished);
}

TEST(SegmentRelationTest, OnlyAPieceWithRemainsMayNotStand) {
  EXPECT_FALSE(may_have_name(unfinished(1000, Tail::kStale)));
  for (const SegmentEnd& end : {unfinished(1000, Tail::kZeros), switched(1000), full(), unclear()})
    EXPECT_TRUE(may_have_name(end));
}

}  // namespace
}  // namespace walstow
