// Pruning on an archive in memory: what goes and what stays, who is told what, and those who come
// in the middle. Of a segment the key and its time are all that counts here.
#include "store/prune.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fmt/format.h>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "proto/codec/digest.h"
#include "store/catalog.h"
#include "store/get_file.h"
#include "store/holds.h"
#include "store/layout.h"
#include "store/memory_backend.h"
#include "store/policy.h"
#include "store/policy_pruner.h"
#include "store/positions.h"
#include "store/retention_inventory.h"
#include "store/tombstones.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

using std::chrono::hours;

// What somebody else does at just that moment; each of them once.
struct Moments {
  std::function<void()> before_removal, before_update, after_floors_were_read;
};
void happen(std::function<void()>& moment) {
  if (const auto once = std::exchange(moment, nullptr)) once();
}

class BackendWithMoments : public Backend {
 public:
  BackendWithMoments(std::unique_ptr<Backend> inner, Moments& moments)
      : inner_(std::move(inner)), moments_(moments) {}
  std::unique_ptr<StagedObject> stage() override { return inner_->stage(); }
  PublishResult publish(StagedObject& object, const std::string& key) override {
    return inner_->publish(object, key);
  }
  std::unique_ptr<ObjectSource> open_object(const std::string& key) override {
    return inner_->open_object(key);
  }
  bool make_durable(const std::string& key) override { return inner_->make_durable(key); }
  bool set_aside(const std::string& key, const ObjectSource& damaged) override {
    return inner_->set_aside(key, damaged);
  }
  bool replace_object(StagedObject& successor, const std::string& key,
                      const ObjectSource& standing) override {
    return inner_->replace_object(successor, key, standing);
  }
  bool remove_object(const std::string& key) override { return inner_->remove_object(key); }
  std::size_t remove_objects(const std::vector<std::string>& keys) override {
    happen(moments_.before_removal);
    return inner_->remove_objects(keys);
  }
  std::vector<Entry> list_after(const std::string& prefix, const std::string& after,
                                std::size_t limit) override {
    auto entries = inner_->list_after(prefix, after, limit);
    if (prefix.ends_with("/pruned/")) happen(moments_.after_floors_were_read);
    return entries;
  }
  std::vector<Folder> folders(const std::string& prefix) override {
    return inner_->folders(prefix);
  }
  std::optional<std::string> read_record(const std::string& key) override {
    return inner_->read_record(key);
  }
  bool create_record(const std::string& key, std::string_view content) override {
    return inner_->create_record(key, content);
  }
  void update_record(const std::string& key, const Change& change) override {
    happen(moments_.before_update);
    inner_->update_record(key, change);
  }
  bool remove_record(const std::string& key) override { return inner_->remove_record(key); }
  void verify_in_place() override { inner_->verify_in_place(); }
  std::string describe() const override { return inner_->describe(); }

 private:
  std::unique_ptr<Backend> inner_;
  Moments& moments_;
};

std::unique_ptr<Backend> new_backend(Moments& moments) {
  auto backend = make_memory_backend();
  initialize_archive(*backend);
  return std::make_unique<BackendWithMoments>(std::move(backend), moments);
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

  Moments moments;
  std::shared_ptr<Archive> archive = std::make_shared<Archive>(new_backend(moments));
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

// --- what cannot be read ---

TEST_F(PruneTest, ARecordThatCannotBeReadEndsEveryPrune) {
  hold(150);
  for (const std::string& key :
       {layout::standby_record("main", "standby1", std::string(32, 'a')),
        layout::hold_record("main", "00000000000b"), layout::backup_record("main", "00000000000c"),
        layout::prune_record("main", era, 9)}) {
    const PruneReport begun = key.find("pruned") == std::string::npos ? begin() : PruneReport{};
    archive->backend().create_record(key, "{\"format\":\"1.0\"");
    EXPECT_EQ(kind_thrown([&] { plan(); }), ErrorKind::kDamaged) << key;
    EXPECT_EQ(kind_thrown([&] { begin(); }), ErrorKind::kDamaged) << key;
    EXPECT_EQ(kind_thrown([&] { go_on(std::max(begun.number, 1U)); }), ErrorKind::kDamaged) << key;
    for (std::uint64_t number = 1; number <= 200; ++number)
      ASSERT_TRUE(stands(1, number)) << number;
    archive->backend().remove_record(key);
    // As it was, once the record is gone.
    if (begun.number != 0) {
      change_tombstone(archive->backend(), "main", era, begun.number,
                       {.state = Tombstone::State::kWithdrawn});
    }
  }
  EXPECT_EQ(prune().files, 149U);
}

TEST_F(PruneTest, AStatusNamesTheRecordThatCannotBeRead) {
  hold(150);
  Catalog catalog;
  EXPECT_EQ(catalog.report(*archive, "main").damaged.size(), 0U);
  update_position(archive->backend(), "main", "standby1",
                  {.instance = {.id = std::string(32, 'b'), .sequence = 1, .host = "db2"},
                   .system_identifier = 7,
                   .handed = segment(1, 20)},
                  later);
  const std::string key = layout::standby_record("main", "standby1", std::string(32, 'a'));
  archive->backend().create_record(key, "no json");
  const ClusterReport report = catalog.report(*archive, "main");
  ASSERT_GE(report.damaged.size(), 1U);
  EXPECT_NE(report.damaged[0].find(key), std::string::npos);
  EXPECT_EQ(report.positions.size(), 1U);  // the other one
  EXPECT_EQ(report.eras.at(0).timelines.at(0).segments, 200U);
  ASSERT_TRUE(report.eras.at(0).retention);
  EXPECT_EQ(report.eras.at(0).retention->floor, "");
  EXPECT_NE(report.eras.at(0).retention->reason.find("cannot be read"), std::string::npos);
}

// --- status ---

TEST_F(PruneTest, AStatusSaysWhatAPruneWouldSay) {
  Catalog catalog;
  const auto retention = [&] { return catalog.report(*archive, "main").eras.at(0).retention; };
  EXPECT_EQ(retention()->reason, "no backup, standby or hold is known that says what is needed");
  EXPECT_FALSE(retention()->policy);
  hold(150);
  // What is here is younger than a day, and a status is about now.
  EXPECT_EQ(retention()->files, 0U);
  EXPECT_EQ(retention()->floor, "0/9600000");
  EXPECT_NE(retention()->reason.find("(\"audit\") needs it"), std::string::npos);
  EXPECT_EQ(retention()->pruned, "");
  const PruneReport begun = begin();
  EXPECT_NE(retention()->notes.at(0).find("prune 1 by \"admin1\" is not over"), std::string::npos);
  while (go_on(begun.number).state == "intent") {
  }
  EXPECT_EQ(retention()->pruned, "0/9600000");
  set_policy(*archive, {"main", {.keep_backups = 1, .keep_days = 7}}, "admin1", later);
  EXPECT_EQ(retention()->policy->policy.keep_days, 7U);
  EXPECT_EQ(retention()->floor, "");
  EXPECT_EQ(retention()->reason, "no backup is known that could be kept");
}

// --- eras ---

TEST_F(PruneTest, AnOlderEraIsPrunedWhereItIsNamedAndNotBefore) {
  hold(150);
  const EraName old = era;
  era = *archive->open_era("main", 8, 1U << 20, 2);
  EXPECT_EQ(plan().files, 0U);
  EXPECT_EQ(plan().older_eras, std::vector<std::string>{to_string(old)});
  const PrunePolicy none{.keep_backups = 0, .keep_days = 0};
  const auto refused = plan_prune(*archive, {"main", none, era}, later);
  EXPECT_EQ(std::get<Refusal>(refused).code, Code::kBadRequest);
  const auto unknown = plan_prune(*archive, {"main", {}, EraName{3, 8, 1U << 20}}, later);
  EXPECT_EQ(std::get<Refusal>(unknown).code, Code::kNoSuchRecord);

  // The hold is of that era, and holds there.
  auto report =
      std::get<PruneReport>(begin_prune(*archive, {"main", none, {}, old}, "admin1", later));
  while (report.state == "intent")
    report = std::get<PruneReport>(continue_prune(*archive, {"main", report.number, old}));
  EXPECT_EQ(report.files, 149U);
  era = old;
  EXPECT_TRUE(stands(1, 150));
  remove_hold(*archive, {"main", "00000000000a"});
  report = std::get<PruneReport>(begin_prune(*archive, {"main", none, {}, old}, "admin1", later));
  while (report.state == "intent")
    report = std::get<PruneReport>(continue_prune(*archive, {"main", report.number, old}));
  EXPECT_EQ(report.files, 51U);
  EXPECT_EQ(code_of_get(1, 200), Code::kPruned);
}

// --- backups below the floor ---

TEST_F(PruneTest, AnAddedBackupWhoseBeginningWentHoldsNothingAndSaysSo) {
  const auto add = [this](std::string id, std::uint64_t start) {
    return add_backup(*archive,
                      {.cluster = "main",
                       .id = std::move(id),
                       .start = LogPlace(segment(1, start)),
                       .stop = start_of(SegmentNumber{start + 1}, segment_size_of(era)),
                       .timeline = Timeline{1},
                       .stopped = later - hours(200 - start),
                       .label = "x"},
                      "admin1", later);
  };
  add("00000000000c", 100);
  add("00000000000d", 150);
  const PrunePolicy newest{.keep_backups = 1, .keep_days = 0};
  EXPECT_EQ(plan(newest).kept_backups.size(), 1U);
  prune(newest);
  const auto backups = list_backups(*archive, "main");
  ASSERT_EQ(backups.size(), 2U);
  EXPECT_TRUE(backups[0].pruned);
  EXPECT_FALSE(backups[1].pruned);
  EXPECT_EQ(backups[1].first, segment(1, 150).text());
  EXPECT_EQ(plan().floor, "0/9600000");  // without a policy: the other one is no consumer any more
  EXPECT_NE(plan().notes.at(0).find("cannot be recovered"), std::string::npos);
}

// --- by itself ---

TEST_F(PruneTest, APolicyIsKeptAndReplacedAlsoWhenItIsDamaged) {
  EXPECT_FALSE(read_policy(*archive, "main"));
  EXPECT_FALSE(remove_policy(*archive, {"main"}));
  const PrunePolicy policy{
      .keep_backups = 2, .keep_days = 14, .backup_label = "n*", .standby_limit_days = 30};
  set_policy(*archive, {"main", policy}, "admin1", later);
  EXPECT_EQ(read_policy(*archive, "main")->policy, policy);
  for (
      const std::string_view damaged :
      {"", "{}", R"({"format":"1.0","policy":{},"by":"x","set":"2026-11-22T19:40:00Z"})",
       R"({"format":"1.0","policy":{"keep_backups":"2","keep_days":1},"by":"x","set":"2026-11-22T19:40:00Z"})",
       R"({"format":"1.0","policy":{"keep_backups":0,"keep_days":1},"by":"x","set":"2026-11-22T19:40:00Z"})",
       R"({"format":"1.0","policy":{"keep_backups":2},"by":"x","set":"2026-11-22T19:40:00Z"})",
       R"({"format":"1.0","policy":{"keep_backups":2,"keep_days":1,"standby_limit_days":-1},"by":"x","set":"2026-11-22T19:40:00Z"})"}) {
    archive->backend().update_record(
        layout::policy_record("main"),
        [&](const std::optional<std::string>&) { return std::optional(std::string(damaged)); });
    EXPECT_EQ(kind_thrown([&] { read_policy(*archive, "main"); }), ErrorKind::kDamaged) << damaged;
  }
  set_policy(*archive, {"main", policy}, "admin1", later);
  EXPECT_TRUE(read_policy(*archive, "main"));
  EXPECT_TRUE(remove_policy(*archive, {"main"}));
  EXPECT_FALSE(read_policy(*archive, "main"));
}

class PolicyPrunerTest : public PruneTest {
 protected:
  // A prune of long ago, whose files were old enough by its own time, that was cut short.
  PruneReport cut_short() {
    hold(100);
    const PruneReport begun = begin();
    remove_hold(*archive, {"main", "00000000000a"});
    hold(120, "00000000000b");
    return begun;
  }
  PolicyPruner pruner;
};

TEST_F(PolicyPrunerTest, NothingIsDoneWithoutAPolicy) {
  cut_short();
  pruner.run(*archive, {});
  EXPECT_TRUE(stands(1, 1));
  EXPECT_EQ(plan().unfinished, 1U);
}

TEST_F(PolicyPrunerTest, WhatWasCutShortIsCompletedFirst) {
  cut_short();
  archive->create_cluster("another");
  archive->backend().create_record(layout::policy_record("another"), "damaged");
  set_policy(*archive, {"main", {.keep_backups = 1, .keep_days = 0}}, "admin1", later);
  pruner.run(*archive, {});
  EXPECT_EQ(plan().unfinished, 0U);
  EXPECT_FALSE(stands(1, 99));
  EXPECT_TRUE(stands(1, 100));
}

TEST_F(PolicyPrunerTest, ADamagedRecordLeavesAllAsItIs) {
  cut_short();
  set_policy(*archive, {"main", {.keep_backups = 1, .keep_days = 0}}, "admin1", later);
  const std::string key = layout::standby_record("main", "standby1", std::string(32, 'a'));
  archive->backend().create_record(key, "no json");
  pruner.run(*archive, {});
  EXPECT_TRUE(stands(1, 1));
  archive->backend().remove_record(key);
  pruner.run(*archive, {});  // tried again
  EXPECT_FALSE(stands(1, 1));
}

TEST_F(PolicyPrunerTest, NothingGoesOnceItIsAskedToStop) {
  cut_short();
  set_policy(*archive, {"main", {.keep_backups = 1, .keep_days = 0}}, "admin1", later);
  std::stop_source stop;
  stop.request_stop();
  pruner.run(*archive, stop.get_token());
  EXPECT_TRUE(stands(1, 1));
  EXPECT_EQ(kind_thrown([&] {
              begin_prune(*archive, {"main", {}, {}}, "admin1", later, stop.get_token());
            }),
            ErrorKind::kUnavailable);
}

// --- at just that moment ---

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
  EXPECT_EQ(go_on(begun.number, std::chrono::hours(1)).files, kMostRemovals);
  EXPECT_TRUE(stands(1, 100));
  EXPECT_EQ(go_on(begun.number).state, "withdrawn");
  EXPECT_TRUE(stands(1, 100));
}

// Two at one prune: one has seen that somebody needs what is below, the other one has not.
TEST_F(PruneTest, NobodyRemovesAfterAWithdrawal) {
  hold(190);
  const PruneReport begun = begin();
  moments.before_update = [this, &begun] {
    change_tombstone(archive->backend(), "main", era, begun.number,
                     {.state = Tombstone::State::kWithdrawn});
    EXPECT_TRUE(std::holds_alternative<HoldReport>(hold(1, "00000000000b")));
  };
  EXPECT_EQ(go_on(begun.number).state, "withdrawn");
  EXPECT_TRUE(stands(1, 1));
}

TEST_F(PruneTest, AHoldStandsBeforeItReadsTheFloors) {
  hold(150);
  moments.after_floors_were_read = [this] { prune(); };
  EXPECT_TRUE(std::holds_alternative<HoldReport>(hold(140, "00000000000b")));
  EXPECT_FALSE(stands(1, 139));
  EXPECT_TRUE(stands(1, 140));
}

TEST_F(PruneTest, APlanCountsTheYoungOnesOfAFolderOut) {
  hold(5000);  // all of the folder is below
  later = std::chrono::system_clock::now() + kLeastAge;
  add_segment(1, 201);
  EXPECT_EQ(plan().files, 200U);
}

TEST_F(PruneTest, AStatusNamesAPolicyThatCannotBeRead) {
  hold(150);
  archive->backend().create_record(layout::policy_record("main"), "no json");
  Catalog catalog;
  const ClusterReport report = catalog.report(*archive, "main");
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_NE(report.damaged[0].find("policy.json"), std::string::npos);
  EXPECT_EQ(report.eras.at(0).retention->floor, "");
}

// --- several at once ---

// Two daemons and a command on one prune, gets and holds beside them: above the floor of whoever
// was accepted all stands, and each file is counted once.
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
      held = held || std::holds_alternative<HoldReport>(hold(149, fmt::format("{:012x}", i + 16)));
  });
  threads.emplace_back([&] {
    for (std::uint64_t i = 0; i < 50; ++i)
      EXPECT_TRUE(stands(1, 150 + i));
  });
  threads.clear();
  const Tombstone tombstone = list_tombstones(archive->backend(), "main", era).at(0);
  std::uint64_t gone = 0;
  for (std::uint64_t number = 1; number <= 200; ++number)
    gone += stands(1, number) ? 0U : 1U;
  EXPECT_EQ(tombstone.files, gone);
  for (std::uint64_t number = 1; number <= 200; ++number) {
    EXPECT_TRUE(stands(1, number) || tombstone.covers(Timeline{1}, SegmentNumber{number}));
  }
  // One that was accepted came after the prune had withdrawn.
  EXPECT_EQ(tombstone.state == Tombstone::State::kWithdrawn || !held, true);
  EXPECT_TRUE(!held || stands(1, 149));
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
