#include "restorer/prefetch/window.h"

#include <gtest/gtest.h>

#include "tests/support/restorer_fixture.h"

namespace walstow {
namespace {

using fixture::name_of;

constexpr std::uint64_t kPlenty = std::uint64_t{1} << 40;
const SegmentSize kSize = SegmentSize::from_bytes(std::uint64_t{16} << 20).value();

WalFileName segment(std::uint64_t number, std::uint32_t timeline = 1) {
  return WalFileName::segment(Timeline{timeline}, SegmentNumber{number}, kSize);
}

class PrefetchWindowTest : public testing::Test {
 protected:
  // Fetches all that the window wants; how many that were.
  int fetch_all(std::uint64_t room = kPlenty) {
    int count = 0;
    for (; const auto next = window_.next(room); ++count)
      window_.fetched(*next);
    return count;
  }
  void hand(std::uint64_t number, std::uint32_t timeline = 1) {
    window_.handed(segment(number, timeline));
  }

  PrefetchWindow window_{kSize, {.files = 8, .bytes = std::uint64_t{1} << 30}};
};

TEST_F(PrefetchWindowTest, WantsNothingBeforeASegmentWasHanded) {
  EXPECT_FALSE(window_.next(kPlenty));
  EXPECT_FALSE(window_.wants(segment(0)));
}

TEST_F(PrefetchWindowTest, GoesOnBehindWhatWasHanded) {
  hand(255);
  EXPECT_EQ(window_.next(kPlenty), name_of("000000010000000100000000"));
  window_.fetched(segment(256));
  EXPECT_EQ(window_.next(kPlenty), segment(257));
  EXPECT_TRUE(window_.wants(segment(256)));
  EXPECT_FALSE(window_.wants(segment(257)));  // not yet
  EXPECT_FALSE(window_.wants(segment(256, 2)));
}

TEST_F(PrefetchWindowTest, GrowsWithEachThatFollowsUpToItsBound) {
  hand(10);
  EXPECT_EQ(fetch_all(), 2);
  hand(11);
  EXPECT_EQ(fetch_all(), 3);  // 4 ahead
  hand(12);
  EXPECT_EQ(fetch_all(), 5);  // 8 ahead
  hand(13);
  EXPECT_EQ(fetch_all(), 1);
}

TEST_F(PrefetchWindowTest, IsBoundedInBytes) {
  PrefetchWindow small(kSize, {.files = 8, .bytes = (std::uint64_t{16} << 20) + 1});
  small.handed(segment(10));
  small.fetched(*small.next(kPlenty));
  EXPECT_FALSE(small.next(kPlenty));
}

TEST_F(PrefetchWindowTest, ZeroTurnsItOff) {
  for (const PrefetchLimits limits : {PrefetchLimits{.files = 0, .bytes = kPlenty},
                                      PrefetchLimits{.files = 8, .bytes = kSize.bytes() - 1}}) {
    PrefetchWindow off(kSize, limits);
    off.handed(segment(10));
    off.handed(segment(11));
    EXPECT_FALSE(off.next(kPlenty));
  }
}

TEST_F(PrefetchWindowTest, TakesNoMoreRoomThanThereIs) {
  hand(10);
  EXPECT_EQ(fetch_all(kSize.bytes() - 1), 0);
  EXPECT_EQ(fetch_all(kSize.bytes()), 1);
}

TEST_F(PrefetchWindowTest, BeginsAnewWherePostgresqlGoes) {
  for (const WalFileName& elsewhere : {segment(5), segment(100), segment(11, 2)}) {
    hand(10);
    fetch_all();
    window_.handed(elsewhere);
    EXPECT_FALSE(window_.wants(segment(11)));
    EXPECT_EQ(window_.next(kPlenty),
              segment(elsewhere.number(kSize).value + 1, elsewhere.timeline().value));
    EXPECT_EQ(fetch_all(), 2);  // small again
  }
}

// As a standby asks once it was cut off from streaming.
TEST_F(PrefetchWindowTest, TheSameSegmentOnceMoreKeepsWhatStandsReady) {
  hand(10);
  hand(11);
  EXPECT_EQ(fetch_all(), 4);
  window_.end(segment(16));
  hand(11);
  EXPECT_TRUE(window_.wants(segment(12)));
  EXPECT_FALSE(window_.next(kPlenty));
  EXPECT_FALSE(window_.ended());  // it may have come since
  hand(12);
  EXPECT_EQ(window_.next(kPlenty), segment(16));
}

TEST_F(PrefetchWindowTest, EndsUntilPostgresqlHasGotBehind) {
  hand(10);
  fetch_all();  // 11 and 12
  hand(11);
  window_.end(segment(13));
  EXPECT_TRUE(window_.ended());
  EXPECT_FALSE(window_.next(kPlenty));
  hand(12);
  EXPECT_TRUE(window_.ended());
  hand(13);  // it has come since; there may be more now
  EXPECT_FALSE(window_.ended());
  EXPECT_EQ(window_.next(kPlenty), segment(14));
}

TEST_F(PrefetchWindowTest, WhatIsBeingFetchedIsNotFetchedAgain) {
  hand(10);
  hand(11);
  window_.started(segment(12));
  EXPECT_EQ(window_.next(kPlenty), segment(13));
  window_.started(segment(13));
  EXPECT_FALSE(window_.wants(segment(12))) << "it is not there yet";
  window_.fetched(segment(12));
  EXPECT_TRUE(window_.wants(segment(12)));
  EXPECT_EQ(window_.next(kPlenty), segment(14));
  EXPECT_EQ(window_.next(2 * kSize.bytes()), std::nullopt) << "both take room";
}

// The one behind it is under way already.
TEST_F(PrefetchWindowTest, OneThatCannotBeHadIsAskedForAgain) {
  hand(10);
  hand(11);
  window_.started(segment(12));
  window_.started(segment(13));
  window_.end(segment(12));
  window_.fetched(segment(13));
  EXPECT_FALSE(window_.wants(segment(13))) << "nobody asks for it before 12";
  hand(12);
  hand(12);
  EXPECT_EQ(window_.next(kPlenty), segment(13));
}

TEST_F(PrefetchWindowTest, NewsOfASegmentThatIsNotTheNextAnyMoreChangesNothing) {
  hand(10);
  hand(11);  // PostgreSQL got it by itself while it was under way
  window_.fetched(segment(11));
  EXPECT_FALSE(window_.wants(segment(11)));
  window_.end(segment(11));
  EXPECT_FALSE(window_.ended());
  EXPECT_EQ(window_.next(kPlenty), segment(12));
}

}  // namespace
}  // namespace walstow
