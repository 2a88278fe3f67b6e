// A policy as it is kept, and a daemon that prunes by it.
#include "store/retention/prune_policy.h"

#include "store/retention/scheduled_prune.h"
#include "tests/unit/store/retention/prune_fixture.h"

namespace walstow {
namespace {

TEST_F(PruneTest, APolicyIsKeptAndReplacedAlsoWhenItIsDamaged) {
  EXPECT_FALSE(read_policy(*archive, "main"));
  EXPECT_FALSE(remove_policy(*archive, {"main"}));
  const PrunePolicy policy{.keep_backups = 2,
                           .keep_days = 14,
                           .backup_label = "n*",
                           .standby_limit_days = 30,
                           .keep_monthly = 1200,
                           .keep_yearly = 100};
  set_policy(*archive, {"main", policy}, "admin1", later);
  EXPECT_EQ(read_policy(*archive, "main")->policy, policy);
  for (
      const std::string_view damaged :
      {"", "{}", R"({"format":"1.0","policy":{},"by":"x","set":"2026-11-22T19:40:00Z"})",
       R"({"format":"1.0","policy":{"keep_backups":"2","keep_days":1},"by":"x","set":"2026-11-22T19:40:00Z"})",
       R"({"format":"1.0","policy":{"keep_backups":0,"keep_days":1},"by":"x","set":"2026-11-22T19:40:00Z"})",
       R"({"format":"1.0","policy":{"keep_backups":2},"by":"x","set":"2026-11-22T19:40:00Z"})",
       R"({"format":"1.0","policy":{"keep_backups":2,"keep_days":1,"standby_limit_days":-1},"by":"x","set":"2026-11-22T19:40:00Z"})",
       R"({"format":"1.0","policy":{"keep_backups":2,"keep_days":1,"keep_monthly":1201},"by":"x","set":"2026-11-22T19:40:00Z"})",
       R"({"format":"1.0","policy":{"keep_backups":2,"keep_days":1,"keep_yearly":101},"by":"x","set":"2026-11-22T19:40:00Z"})",
       // A later release may keep more than this one understands.
       R"({"format":"1.0","policy":{"keep_backups":2,"keep_days":1,"keep_weekly":12},"by":"x","set":"2026-11-22T19:40:00Z"})"}) {
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

class ScheduledPruneTest : public PruneTest {
 protected:
  // A prune of long ago, whose files were old enough by its own time, that was cut short.
  PruneReport cut_short() {
    hold(100);
    const PruneReport begun = begin();
    remove_hold(*archive, {"main", "00000000000a"});
    hold(120, "00000000000b");
    return begun;
  }
  ScheduledPrune pruner;
};

TEST_F(ScheduledPruneTest, NothingIsDoneWithoutAPolicy) {
  cut_short();
  pruner.run(*archive, {});
  EXPECT_TRUE(exists(1, 1));
  EXPECT_EQ(plan().unfinished, 1U);
}

TEST_F(ScheduledPruneTest, WhatWasCutShortIsCompletedFirst) {
  cut_short();
  archive->create_cluster("another");
  archive->backend().create_record(layout::policy_record("another"), "damaged");
  set_policy(*archive, {"main", {.keep_backups = 1, .keep_days = 0}}, "admin1", later);
  pruner.run(*archive, {});
  EXPECT_EQ(plan().unfinished, 0U);
  EXPECT_FALSE(exists(1, 99));
  EXPECT_TRUE(exists(1, 100));
}

TEST_F(ScheduledPruneTest, ADamagedRecordLeavesAllAsItIs) {
  cut_short();
  set_policy(*archive, {"main", {.keep_backups = 1, .keep_days = 0}}, "admin1", later);
  const std::string key = layout::standby_record("main", "standby1", std::string(32, 'a'));
  archive->backend().create_record(key, "no json");
  pruner.run(*archive, {});
  EXPECT_TRUE(exists(1, 1));
  archive->backend().remove_record(key);
  pruner.run(*archive, {});  // tried again
  EXPECT_FALSE(exists(1, 1));
}

TEST_F(ScheduledPruneTest, NothingGoesOnceItIsAskedToStop) {
  cut_short();
  set_policy(*archive, {"main", {.keep_backups = 1, .keep_days = 0}}, "admin1", later);
  std::stop_source stop;
  stop.request_stop();
  pruner.run(*archive, stop.get_token());
  EXPECT_TRUE(exists(1, 1));
  EXPECT_EQ(kind_thrown([&] {
              begin_prune(*archive, {"main", {}, {}}, "admin1", later, stop.get_token());
            }),
            ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace walstow
