// Those who come in the middle of a prune, and several at one.
#include <atomic>
#include <fmt/format.h>
#include <thread>
#include <vector>

#include "tests/unit/store/retention/prune_fixture.h"

namespace walstow {
namespace {

TEST_F(PruneTest, WhoeverRegistersBelowTheFloorIsRefusedAndLeavesNothing) {
  hold(150);
  const PruneReport begun = begin();
  // Nothing has gone yet, but it is about to.
  const auto refused = hold(140, "00000000000b");
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code, Code::kBelowFloor);
  EXPECT_EQ(list_holds(*archive, "main").size(), 1U);
  const AddBackup backup{.cluster = "main",
                         .id = "00000000000c",
                         .start = LogPosition(segment(1, 149)),
                         .stop = Lsn{160U << 20},
                         .timeline = Timeline{1},
                         .stopped = later,
                         .label = "x"};
  EXPECT_TRUE(add_backup(*archive, backup, "admin1", later).has_error());
  EXPECT_TRUE(list_added_backups(*archive, "main").empty());
  EXPECT_TRUE(hold(150, "00000000000d").has_value());
  EXPECT_EQ(go_on(begun.number).state, "done");
  EXPECT_TRUE(hold(149, "00000000000e").has_error());
}

// The record was written before the tombstone, and read after it.
TEST_F(PruneTest, AConsumerThatCameBeforeTheSecondLookEndsIt) {
  hold(150);
  const PruneReport begun = begin();
  update_position(archive->backend(), "main", "standby1",
                  {.instance = {.id = std::string(32, 'a'), .sequence = 1, .host = "db2"},
                   .system_identifier = 7,
                   .handed = segment(1, 20)},
                  later);
  const PruneReport withdrawn = go_on(begun.number);
  EXPECT_EQ(withdrawn.state, "withdrawn");
  EXPECT_NE(withdrawn.reason.find("standby1 on db2 needs it"), std::string::npos);
  EXPECT_TRUE(exists(1, 1));
  // Nothing went, so nothing is refused.
  EXPECT_TRUE(hold(1, "00000000000b").has_value());
  EXPECT_EQ(code_of_get(2, 1), Code::kAbsentEnd);
}

TEST_F(PruneTest, AConsumerThatComesInTheMiddleKeepsWhatIsLeft) {
  hold(190);
  const PruneReport begun = begin();
  // A step of no time removes nothing, so this is what a step in the middle finds.
  change_tombstone(archive->backend(), "main", era, begun.number, {.reached = SegmentNumber{65}});
  for (std::uint64_t number = 1; number < 65; ++number)
    archive->backend().remove_object(*layout::object_key("main", era, segment(1, number)));
  update_position(archive->backend(), "main", "standby1",
                  {.instance = {.id = std::string(32, 'a'), .sequence = 1, .host = "db2"},
                   .system_identifier = 7,
                   .restartpoint = segment(1, 70)},
                  later);
  EXPECT_EQ(go_on(begun.number).state, "withdrawn");
  EXPECT_TRUE(exists(1, 65));
  EXPECT_EQ(code_of_get(1, 64), Code::kPruned);
  EXPECT_TRUE(hold(65, "00000000000b").has_value());
  EXPECT_TRUE(hold(64, "00000000000c").has_error());
  // And a further one goes up to the standby, once the hold is gone.
  EXPECT_EQ(plan().files, 0U);
  remove_hold(*archive, {"main", "00000000000b"});
  EXPECT_EQ(prune().floor, "0/4600000" /* 70 */) << plan().reason;
}

TEST_F(PruneTest, OnlyOnePruneAtATime) {
  hold(150);
  const PruneReport begun = begin();
  const auto second = begin_prune(*archive, {"main", {}, {}}, "admin2", later);
  EXPECT_EQ(second.error().code, Code::kExists);
  EXPECT_EQ(plan().unfinished, begun.number);
  EXPECT_EQ(go_on(begun.number).state, "done");
  EXPECT_EQ(go_on(begun.number).state, "done");  // again: as it was
  EXPECT_EQ(continue_prune(*archive, {"main", 9}).error().code, Code::kNoSuchRecord);
}

TEST_F(PruneTest, WhoeverComesAmidAStepKeepsWhatHasNotGoneYet) {
  hold(190);
  const PruneReport begun = begin();
  moments.before_removal = [this] {
    update_position(archive->backend(), "main", "standby1",
                    {.instance = {.id = std::string(32, 'a'), .sequence = 1, .host = "db2"},
                     .system_identifier = 7,
                     .restartpoint = segment(1, 100)},
                    later);
  };
  EXPECT_EQ(go_on(begun.number, std::chrono::hours(1)).files, kFirstRemovals);
  EXPECT_TRUE(exists(1, 100));
  EXPECT_EQ(go_on(begun.number).state, "withdrawn");
  EXPECT_TRUE(exists(1, 100));
}

// Two at one prune: one has seen that somebody needs what is below, the other one has not.
TEST_F(PruneTest, NobodyRemovesAfterAWithdrawal) {
  hold(190);
  const PruneReport begun = begin();
  moments.before_update = [this, &begun] {
    change_tombstone(archive->backend(), "main", era, begun.number,
                     {.state = Tombstone::State::kWithdrawn});
    EXPECT_TRUE(hold(1, "00000000000b").has_value());
  };
  EXPECT_EQ(go_on(begun.number).state, "withdrawn");
  EXPECT_TRUE(exists(1, 1));
}

TEST_F(PruneTest, AHoldStandsBeforeItReadsTheFloors) {
  hold(150);
  moments.after_floors_were_read = [this] { prune(); };
  EXPECT_TRUE(hold(140, "00000000000b").has_value());
  EXPECT_FALSE(exists(1, 139));
  EXPECT_TRUE(exists(1, 140));
}

// Two daemons and a command on one prune, gets and holds beside them: above the floor of whoever
// was accepted all exists, and each file is counted once.
TEST_F(PruneTest, SeveralAtOnceRemoveEachFileOnceAndNothingThatIsNeeded) {
  hold(150);
  const PruneReport begun = begin();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (go_on(begun.number, std::chrono::milliseconds(1)).state == "intent") {
      }
    });
  }
  std::atomic<bool> held = false;
  threads.emplace_back([&] {
    for (int i = 0; i < 50; ++i)
      held = held || hold(149, fmt::format("{:012x}", i + 16)).has_value();
  });
  threads.emplace_back([&] {
    for (std::uint64_t i = 0; i < 50; ++i)
      EXPECT_TRUE(exists(1, 150 + i));
  });
  threads.clear();
  const Tombstone tombstone = list_tombstones(archive->backend(), "main", era).at(0);
  std::uint64_t gone = 0;
  for (std::uint64_t number = 1; number <= 200; ++number)
    gone += exists(1, number) ? 0U : 1U;
  EXPECT_EQ(tombstone.files, gone);
  for (std::uint64_t number = 1; number <= 200; ++number) {
    EXPECT_TRUE(exists(1, number) || tombstone.covers(Timeline{1}, SegmentNumber{number}));
  }
  // One that was accepted came after the prune had withdrawn.
  EXPECT_EQ(tombstone.state == Tombstone::State::kWithdrawn || !held, true);
  EXPECT_TRUE(!held || exists(1, 149));
}

TEST_F(PruneTest, AnAbandonedPruneLeavesWhatHasNotGone) {
  hold(190);
  const PruneReport begun = begin();
  change_tombstone(archive->backend(), "main", era, begun.number, {.reached = SegmentNumber{65}});
  for (std::uint64_t number = 1; number < 65; ++number)
    archive->backend().remove_object(*layout::object_key("main", era, segment(1, number)));
  const PruneReport ended = abandon();
  EXPECT_EQ(ended.number, begun.number);
  EXPECT_EQ(ended.state, "withdrawn");
  EXPECT_EQ(ended.floor, "0/4100000" /* 65 */);
  EXPECT_EQ(ended.reason, "abandoned by admin2");
  // It is over for everybody, and what it has taken is told as such.
  EXPECT_EQ(go_on(begun.number).state, "withdrawn");
  EXPECT_TRUE(exists(1, 65));
  EXPECT_EQ(code_of_get(1, 64), Code::kPruned);
  EXPECT_TRUE(hold(64, "00000000000b").has_error());
  EXPECT_TRUE(hold(65, "00000000000c").has_value());
  EXPECT_EQ(plan().unfinished, 0U);
  EXPECT_EQ(plan().floor, "0/4100000");
}

TEST_F(PruneTest, AnAbandonedPruneThatHadNotStartedLeavesAll) {
  hold(150);
  begin();
  EXPECT_EQ(abandon().floor, "0/0");
  for (std::uint64_t number = 1; number <= 200; ++number)
    ASSERT_TRUE(exists(1, number)) << number;
  EXPECT_TRUE(hold(1, "00000000000b").has_value());
  EXPECT_EQ(code_of_get(2, 1), Code::kAbsentEnd);
}

// Another one is at it: it has noted what goes next, and is stopped right behind that.
TEST_F(PruneTest, WhoeverIsAtAnAbandonedPruneStops) {
  hold(150);
  const PruneReport begun = begin();
  moments.before_update = [this] { EXPECT_EQ(abandon().state, "withdrawn"); };
  EXPECT_EQ(go_on(begun.number, std::chrono::hours(1)).state, "withdrawn");
  EXPECT_TRUE(exists(1, 1));

  const PruneReport second = begin();
  PruneReport ended;
  moments.before_removal = [&] { ended = abandon(); };
  EXPECT_EQ(go_on(second.number, std::chrono::hours(1)).state, "withdrawn");
  EXPECT_EQ(ended.floor, "0/4100000" /* 65: what was noted goes */);
  EXPECT_FALSE(exists(1, kFirstRemovals));
  EXPECT_TRUE(exists(1, kFirstRemovals + 1));
}

TEST_F(PruneTest, NothingIsAbandonedWhereNoneIsUnderWay) {
  const auto refused = [this] { return abandon_prune(*archive, {"main"}, "admin2").error().code; };
  EXPECT_EQ(refused(), Code::kNoSuchRecord);
  hold(150);
  prune();
  EXPECT_EQ(refused(), Code::kNoSuchRecord);
  EXPECT_EQ(code_of_get(1, 10), Code::kPruned);
}

// Whoever must stop a prune does so also where nobody can say any more what is needed.
TEST_F(PruneTest, ARecordThatCannotBeReadDoesNotHinderAbandoning) {
  hold(150);
  begin();
  archive->backend().create_record(layout::standby_record("main", "standby1", std::string(32, 'a')),
                                   "no json");
  EXPECT_EQ(abandon().state, "withdrawn");
}

}  // namespace
}  // namespace walstow
