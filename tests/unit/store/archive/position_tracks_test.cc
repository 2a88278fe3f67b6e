#include "store/archive/position_tracks.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <random>

namespace walstow {
namespace {

using Tracks = std::vector<PositionTrack>;

const std::string kOne(32, '1');  // runs of machines
const std::string kTwo(32, '2');
const std::string kThree(32, '3');

std::string segment_name(std::uint64_t number) {
  return fmt::format("0000000100000000{:08X}", number);
}

class PositionTracksTest : public testing::Test {
 protected:
  // A report with the next sequence, by the data directory that was handed `last`.
  PositionChange change(const std::string& boot, std::uint64_t last = 0) {
    PositionChange made{.instance = {.id = std::string(32, 'a'), .sequence = ++sequence_},
                        .system_identifier = 7};
    made.instance.boot = boot;
    if (last != 0) made.instance.last_handed = WalFileName::parse(segment_name(last));
    return made;
  }
  bool tell(const PositionChange& change) {
    auto after = apply_report(tracks_, change, now_);
    if (after) tracks_ = *std::move(after);
    return after.has_value();
  }
  void hand(const std::string& boot, std::uint64_t number, std::uint64_t last = 0) {
    PositionChange made = change(boot, last);
    made.handed = WalFileName::parse(segment_name(number));
    tell(made);
  }
  void restartpoint(const std::string& boot, std::uint64_t number, std::uint64_t last = 0) {
    PositionChange made = change(boot, last);
    made.restartpoint = WalFileName::parse(segment_name(number));
    tell(made);
  }
  void archive_as_primary(const std::string& boot, std::uint64_t last = 0) {
    PositionChange made = change(boot, last);
    made.archives_as_primary = true;
    tell(made);
  }
  // What each needs from on, ascending; 0: retired.
  std::vector<std::uint64_t> floors() const {
    std::vector<std::uint64_t> numbers;
    for (const PositionTrack& track : tracks_) {
      const std::string& floor = floor_of(track);
      numbers.push_back(track.retired ? 0 : std::stoull(floor.substr(16), nullptr, 16));
    }
    return numbers;
  }
  using Floors = std::vector<std::uint64_t>;

  Tracks tracks_;
  Time now_ = *parse_iso8601("2026-11-22T20:00:00Z");
  std::uint64_t sequence_ = 1000;
};

// The runs of the two machines: not known, one and the same, and two.
class TwoMachinesTest : public PositionTracksTest,
                        public testing::WithParamInterface<std::pair<std::string, std::string>> {
 protected:
  const std::string& original() const { return GetParam().first; }
  const std::string& clone() const { return GetParam().second; }
};
INSTANTIATE_TEST_SUITE_P(Runs, TwoMachinesTest,
                         testing::Values(std::pair<std::string, std::string>("", ""),
                                         std::pair(kOne, kOne), std::pair(kOne, kTwo),
                                         std::pair<std::string, std::string>(kOne, ""),
                                         std::pair<std::string, std::string>("", kTwo)));

TEST_P(TwoMachinesTest, ReportsOfTheCloneDoNotRaiseWhatTheOriginalNeeds) {
  hand(original(), 5);
  restartpoint(original(), 5, 5);
  hand(clone(), 20, 5);
  restartpoint(clone(), 20, 20);
  EXPECT_EQ(floors(), (Floors{20}));  // nobody knows of two yet
  hand(original(), 6, 5);
  EXPECT_EQ(floors().at(0), 5U);
  for (std::uint64_t number = 21; number < 30; ++number) {
    hand(clone(), number, number - 1);
    restartpoint(clone(), number, number);
    EXPECT_EQ(floors().size(), 2U);
    EXPECT_EQ(floors().at(0), 5U);
    EXPECT_EQ(floors().at(1), number);
  }
  // The original goes on by itself.
  hand(original(), 7, 6);
  restartpoint(original(), 7, 7);
  EXPECT_EQ(floors(), (Floors{7, 29}));
  restartpoint(clone(), 30, 29);
  EXPECT_EQ(floors(), (Floors{7, 30}));
}

TEST_P(TwoMachinesTest, ALowerRestartpointShowsTheOtherOneToo) {
  hand(original(), 5);
  restartpoint(clone(), 20, 9);
  restartpoint(original(), 6, 5);
  EXPECT_EQ(floors(), (Floors{6, 20}));
  restartpoint(clone(), 21, 9);
  EXPECT_EQ(floors(), (Floors{6, 21}));
}

TEST_P(TwoMachinesTest, TheOneThatWasBehindMayPassTheOther) {
  hand(original(), 5);
  restartpoint(clone(), 20, 20);
  hand(original(), 6, 5);
  restartpoint(clone(), 20, 20);
  std::uint64_t last = 6;
  for (std::uint64_t number = 7; number < 40; ++number) {
    hand(original(), number, last);
    last = number;
  }
  restartpoint(original(), 38, 39);
  // The clone is away, and still needs what is after its restartpoint. Where their runs do not
  // tell, the two may have changed places on the way, and more is kept.
  const bool told_apart = !original().empty() && !clone().empty() && original() != clone();
  EXPECT_LE(floors().at(0), 20U);
  EXPECT_TRUE(!told_apart || floors().at(0) == 20U);
}

TEST_P(TwoMachinesTest, ACloneThatIsPromotedRetiresItselfAlone) {
  hand(original(), 5);
  restartpoint(clone(), 20, 20);
  hand(original(), 6, 5);
  archive_as_primary(clone(), 20);
  EXPECT_EQ(floors(), (Floors{5, 0}));
  hand(original(), 7, 6);
  archive_as_primary(clone(), 20);
  EXPECT_EQ(floors(), (Floors{5, 0}));
}

TEST_F(PositionTracksTest, TwoMachinesThatRunAtOnceAreToldApartByTheirRuns) {
  restartpoint(kOne, 5, 5);
  restartpoint(kTwo, 9, 5);  // a boot of the same one, as it seems
  EXPECT_EQ(floors(), (Floors{9}));
  restartpoint(kOne, 10, 5);
  EXPECT_EQ(tracks_.size(), 2U);
  // By streaming, without any request: the run alone tells whose it is.
  restartpoint(kOne, 30, 5);
  EXPECT_EQ(floors(), (Floors{9, 30}));
  restartpoint(kTwo, 31, 5);
  EXPECT_EQ(floors(), (Floors{30, 31}));
}

TEST_F(PositionTracksTest, TheOriginalNeedsWhatItNeededBeforeTheCloneCame) {
  restartpoint(kOne, 5, 8);
  hand(kTwo, 20, 8);
  restartpoint(kTwo, 18, 20);
  hand(kOne, 9, 8);  // its restartpoint is still 5, and it does not say so
  EXPECT_EQ(floors(), (Floors{5, 18}));
}

// Two machines that do what they like, with clocks that differ. Once the store knows of both, it
// never lets go of what one of them needs. (Of one that has not told its restartpoint yet it can
// only guess.)
class TwoMachinesOracleTest : public PositionTracksTest, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Seeds, TwoMachinesOracleTest, testing::Range(0, 300));

TEST_P(TwoMachinesOracleTest, WhatEachNeedsIsKept) {
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  const auto below = [&random](std::uint64_t end) { return random() % end; };
  struct Machine {
    std::string boot;
    std::uint64_t last, restartpoint, replayed, offset;
    bool has_told;
  };
  std::uint64_t boots = 10;
  std::vector<Machine> machines;
  for (const std::string& boot : {kOne, kTwo})
    machines.push_back({boot, 20, 15, 20, below(1000), boot == kOne});
  std::uint64_t time = 10000;
  restartpoint(kOne, 15, 20);
  bool both_known = false;
  for (int step = 0; step < 200; ++step) {
    Machine& machine = machines[below(2)];
    PositionChange made = change(machine.boot, machine.last);
    made.instance.sequence = ++time + machine.offset;
    const std::uint64_t what = below(10);
    if (what < 5) {
      machine.replayed += below(3);
      machine.last = ++machine.replayed;
      made.handed = WalFileName::parse(segment_name(machine.last));
    } else if (what < 7) {
      machine.replayed += below(10);  // by streaming, or out of a spool
      if (below(2) == 0) machine.last = machine.replayed;
      made.waits = true;
    } else if (what < 9) {
      machine.restartpoint += below(machine.replayed - machine.restartpoint + 1);
      made.restartpoint = WalFileName::parse(segment_name(machine.restartpoint));
      machine.has_told = true;
    } else if (below(4) == 0) {
      machine.boot = fmt::format("{:032x}", ++boots);
      machine.replayed = machine.restartpoint;
      made = change(machine.boot, machine.last);
      made.instance.sequence = ++time + machine.offset;
      machine.last = machine.replayed;
      made.handed = WalFileName::parse(segment_name(machine.last));
    }
    tell(made);
    both_known = both_known || tracks_.size() > 1;
    if (!both_known) continue;
    for (const Machine& one : machines) {
      if (!one.has_told) continue;
      ASSERT_LE(floors().at(0), one.restartpoint) << "step " << step << " of " << one.boot;
    }
  }
}

TEST_F(PositionTracksTest, AClockThatIsBehindHidesNoMachine) {
  restartpoint(kTwo, 20, 20);
  PositionChange of_original = change(kOne, 5);
  of_original.instance.sequence = 1;
  of_original.handed = WalFileName::parse(segment_name(6));
  EXPECT_TRUE(tell(of_original));
  EXPECT_EQ(floors(), (Floors{5, 20}));
}

TEST_F(PositionTracksTest, ARebootLeavesNoGhost) {
  restartpoint(kOne, 5, 8);
  hand(kTwo, 6, 8);  // it begins at its restartpoint again
  restartpoint(kTwo, 9, 12);
  hand(kThree, 10, 11);  // and what was handed last was not on the disk when it crashed
  restartpoint(kThree, 12, 14);
  EXPECT_EQ(floors(), (Floors{12}));
  EXPECT_EQ(tracks_.size(), 1U);
}

TEST_F(PositionTracksTest, ACrashThatLosesWhatWasHandedLastIsNoSecondDirectory) {
  restartpoint(kOne, 20, 30);
  PositionChange waits = change(kTwo, 7);
  waits.waits = true;
  tell(waits);
  EXPECT_EQ(floors(), (Floors{20}));
}

TEST_F(PositionTracksTest, ALateReportChangesNothing) {
  PositionChange late = change(kOne, 5);
  late.restartpoint = WalFileName::parse(segment_name(3));
  restartpoint(kOne, 5, 5);
  EXPECT_FALSE(tell(late));
  hand(kTwo, 6, 5);  // a boot
  EXPECT_FALSE(tell(late));
  EXPECT_EQ(floors(), (Floors{5}));
}

TEST_F(PositionTracksTest, OneThatWasSetBackIsOneAgainWhenItHasCaughtUp) {
  hand(kOne, 10);
  restartpoint(kOne, 20, 22);
  hand(kOne, 6, 5);  // an older state of its folder
  EXPECT_EQ(floors(), (Floors{5, 20}));
  std::uint64_t last = 6;
  for (std::uint64_t number = 9; number < 40; number += 3) {  // some came out of a spool
    hand(kOne, number, last);
    last = number;
  }
  restartpoint(kOne, 30, last);
  EXPECT_EQ(floors(), (Floors{30}));
}

TEST_F(PositionTracksTest, OneThatWasSetBackAndIsHeardOfIsAnother) {
  restartpoint(kOne, 20, 22);
  hand(kOne, 6, 5);
  restartpoint(kOne, 21, 22);  // as the higher one
  restartpoint(kOne, 30, 6);   // the lower one has passed it
  EXPECT_EQ(floors(), (Floors{21, 30}));
}

TEST_F(PositionTracksTest, APrimaryWithTheSameIdentityRetiresNoStandby) {
  restartpoint(kTwo, 20, 20);
  archive_as_primary(kOne);
  EXPECT_EQ(floors(), (Floors{20, 0}));
  archive_as_primary(kOne);
  restartpoint(kTwo, 21, 20);
  EXPECT_EQ(floors(), (Floors{21, 0}));
}

TEST_F(PositionTracksTest, APromotionRetiresAndADemotionBeginsAgain) {
  restartpoint(kOne, 20, 20);
  archive_as_primary(kOne, 20);
  EXPECT_EQ(floors(), (Floors{0}));
  hand(kOne, 9, 20);  // rewound
  EXPECT_EQ(floors(), (Floors{9}));
  archive_as_primary(kOne, 9);
  EXPECT_EQ(floors(), (Floors{0}));
}

TEST_F(PositionTracksTest, TheirNumberIsBounded) {
  for (std::uint64_t i = 0; i < 20; ++i)
    restartpoint(fmt::format("{:032x}", i), 100 - i, 500 + i);
  EXPECT_EQ(floors().at(0), 81U);
  EXPECT_EQ(tracks_.end() - tracks_.begin(), kMostTracks);
  EXPECT_EQ(tracks_.back().seen, now_);
}

}  // namespace
}  // namespace walstow
