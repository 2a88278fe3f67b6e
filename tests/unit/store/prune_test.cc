// Pruning on an archive in memory: what goes and what stays, who is told what, and those who come
// in the middle. Of a segment the key and its time are all that counts here.
#include "store/prune.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/codec/digest.h"
#include "store/get_file.h"
#include "store/holds.h"
#include "store/layout.h"
#include "store/memory_backend.h"
#include "store/positions.h"
#include "store/tombstones.h"

namespace walstow {
namespace {

using std::chrono::hours;

std::unique_ptr<Backend> new_backend() {
  auto backend = make_memory_backend();
  initialize_archive(*backend);
  return backend;
}

class PruneTest : public testing::Test {
 protected:
  PruneTest() {
    archive->create_cluster("main");
    era = *archive->open_era("main", 7, 1U << 20, 1);
    for (std::uint64_t number = 1; number <= 200; ++number)
      add_segment(1, number);
  }

  WalFileName segment(std::uint32_t timeline, std::uint64_t number) const {
    return WalFileName::segment(Timeline{timeline}, SegmentNumber{number}, segment_size_of(era));
  }
  void add_segment(std::uint32_t timeline, std::uint64_t number) {
    const auto staged = archive->backend().stage();
    staged->write(as_bytes("an object"));
    archive->backend().publish(*staged,
                               *layout::object_key("main", era, segment(timeline, number)));
  }
  bool stands(std::uint32_t timeline, std::uint64_t number) const {
    return archive->backend().open_object(
               *layout::object_key("main", era, segment(timeline, number))) != nullptr;
  }
  std::variant<HoldReport, Refusal> hold(std::uint64_t number, std::string id = "00000000000a") {
    return add_hold(*archive,
                    {.cluster = "main",
                     .id = std::move(id),
                     .from = LogPlace(start_of(SegmentNumber{number}, segment_size_of(era))),
                     .to = {},
                     .reason = "audit"},
                    "admin1", later);
  }
  PruneReport begin(const PrunePolicy& policy = {}) {
    const auto begun = begin_prune(*archive, {"main", policy, {}}, "admin1", later);
    return std::get<PruneReport>(begun);
  }
  PruneReport go_on(std::uint32_t number, std::chrono::milliseconds step = kPruneStep) {
    return std::get<PruneReport>(continue_prune(*archive, {"main", number}, step));
  }
  PruneReport prune(const PrunePolicy& policy = {}) {
    PruneReport report = begin(policy);
    while (report.state == "intent")
      report = go_on(report.number);
    return report;
  }
  PrunePlanReport plan(const PrunePolicy& policy = {}) {
    return std::get<PrunePlanReport>(plan_prune(*archive, {"main", policy}, later));
  }
  Code code_of_get(std::uint32_t timeline, std::uint64_t number) {
    const GetFile get{.cluster = "main",
                      .file = segment(timeline, number),
                      .system_identifier = 7,
                      .request_id = "x"};
    last_message = get_file(archive, get).refusal.value().message;
    return get_file(archive, get).refusal.value().code;
  }

  std::shared_ptr<Archive> archive = std::make_shared<Archive>(new_backend());
  EraName era;
  Time later = std::chrono::system_clock::now() + hours(48);  // old enough is all of it then
  std::string last_message;
};

TEST_F(PruneTest, NothingGoesWithoutAConsumer) {
  EXPECT_EQ(plan().files, 0U);
  EXPECT_EQ(plan().floor, "");
  EXPECT_EQ(begin().number, 0U);
  EXPECT_TRUE(list_tombstones(archive->backend(), "main", era).empty());
}

TEST_F(PruneTest, WhatIsBelowTheFloorGoesAndWhatIsAboveStays) {
  hold(150);
  EXPECT_EQ(plan().files, 149U);
  EXPECT_EQ(plan().floor, "0/9600000");
  EXPECT_NE(plan().reason.find("(\"audit\") needs it"), std::string::npos);
  const PruneReport done = prune();
  EXPECT_EQ(done.state, "done");
  EXPECT_EQ(done.files, 149U);
  EXPECT_EQ(done.stored_bytes, 149U * 9);
  for (std::uint64_t number = 1; number <= 200; ++number)
    EXPECT_EQ(stands(1, number), number >= 150) << number;
  EXPECT_EQ(plan().files, 0U);
}

TEST_F(PruneTest, YoungFilesStay) {
  hold(150);
  later = std::chrono::system_clock::now();
  EXPECT_EQ(plan().files, 0U);
}

TEST_F(PruneTest, TheFloorIsNotSetAboveTheOneThatWasShown) {
  hold(150);
  const auto begun = begin_prune(*archive, {"main", {}, Lsn{100U << 20}}, "admin1", later);
  EXPECT_EQ(std::get<PruneReport>(begun).floor, "0/6400000");
}

TEST_F(PruneTest, AGetIsToldWhatWasPruned) {
  hold(150);
  EXPECT_EQ(code_of_get(2, 10), Code::kAbsentEnd);
  prune();
  EXPECT_EQ(code_of_get(1, 10), Code::kPruned);
  EXPECT_NE(last_message.find("pruned on "), std::string::npos);
  EXPECT_NE(last_message.find("by \"admin1\", below floor 0/9600000"), std::string::npos);
  EXPECT_EQ(code_of_get(1, 149), Code::kPruned);
  EXPECT_EQ(code_of_get(1, 201), Code::kAbsentEnd);
}

TEST_F(PruneTest, AHoleRightAboveTheFloorIsNotTakenForTheBeginning) {
  archive->backend().remove_object(*layout::object_key("main", era, segment(1, 150)));
  EXPECT_EQ(code_of_get(1, 150), Code::kHole);
  hold(150);
  prune();
  EXPECT_EQ(code_of_get(1, 150), Code::kHole);
}

TEST_F(PruneTest, WhatIsPutBelowTheFloorStandsAndIsGiven) {
  hold(150);
  prune();
  add_segment(1, 10);
  EXPECT_TRUE(stands(1, 10));
  EXPECT_EQ(code_of_get(1, 11), Code::kPruned);
}

TEST_F(PruneTest, WhoeverRegistersBelowTheFloorIsRefusedAndLeavesNothing) {
  hold(150);
  const PruneReport begun = begin();
  // Nothing has gone yet, but it is about to.
  const auto refused = hold(140, "00000000000b");
  ASSERT_TRUE(std::holds_alternative<Refusal>(refused));
  EXPECT_EQ(std::get<Refusal>(refused).code, Code::kBelowFloor);
  EXPECT_EQ(list_holds(*archive, "main").size(), 1U);
  const AddBackup backup{.cluster = "main",
                         .id = "00000000000c",
                         .start = LogPlace(segment(1, 149)),
                         .stop = Lsn{160U << 20},
                         .timeline = Timeline{1},
                         .stopped = later,
                         .label = "x"};
  EXPECT_TRUE(std::holds_alternative<Refusal>(add_backup(*archive, backup, "admin1", later)));
  EXPECT_TRUE(list_added_backups(*archive, "main").empty());
  EXPECT_TRUE(std::holds_alternative<HoldReport>(hold(150, "00000000000d")));
  EXPECT_EQ(go_on(begun.number).state, "done");
  EXPECT_TRUE(std::holds_alternative<Refusal>(hold(149, "00000000000e")));
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
  EXPECT_TRUE(stands(1, 1));
  // Nothing went, so nothing is refused.
  EXPECT_TRUE(std::holds_alternative<HoldReport>(hold(1, "00000000000b")));
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
  EXPECT_TRUE(stands(1, 65));
  EXPECT_EQ(code_of_get(1, 64), Code::kPruned);
  EXPECT_TRUE(std::holds_alternative<HoldReport>(hold(65, "00000000000b")));
  EXPECT_TRUE(std::holds_alternative<Refusal>(hold(64, "00000000000c")));
  // And a further one goes up to the standby, once the hold is gone.
  EXPECT_EQ(plan().files, 0U);
  remove_hold(*archive, {"main", "00000000000b"});
  EXPECT_EQ(prune().floor, "0/4600000" /* 70 */) << plan().reason;
}

TEST_F(PruneTest, OnlyOnePruneAtATime) {
  hold(150);
  const PruneReport begun = begin();
  const auto second = begin_prune(*archive, {"main", {}, {}}, "admin2", later);
  EXPECT_EQ(std::get<Refusal>(second).code, Code::kExists);
  EXPECT_EQ(plan().unfinished, begun.number);
  EXPECT_EQ(go_on(begun.number).state, "done");
  EXPECT_EQ(go_on(begun.number).state, "done");  // again: as it was
  EXPECT_EQ(std::get<Refusal>(continue_prune(*archive, {"main", 9})).code, Code::kNoSuchRecord);
}

TEST_F(PruneTest, NumbersAreNotUsedAgainAndRecordsDoNotGrowForEver) {
  for (std::uint64_t number = 100; number < 180; ++number) {
    remove_hold(*archive, {"main", "00000000000a"});
    hold(number);
    EXPECT_EQ(prune().number, number - 99);
  }
  EXPECT_LE(list_tombstones(archive->backend(), "main", era).size(), 60U);
  EXPECT_EQ(code_of_get(1, 50), Code::kPruned);
}

TEST_F(PruneTest, HistoriesAreNeverPruned) {
  const auto staged = archive->backend().stage();
  const std::string key = *layout::object_key("main", era, WalFileName::history(Timeline{2}));
  archive->backend().publish(*staged, key);
  hold(150);
  prune();
  EXPECT_NE(archive->backend().open_object(key), nullptr);
}

}  // namespace
}  // namespace walstow
