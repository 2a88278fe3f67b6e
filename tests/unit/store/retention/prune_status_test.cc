// What a status says of pruning; and records that cannot be read.
#include "store/retention/prune_policy.h"
#include "store/service/catalog.h"
#include "tests/unit/store/retention/prune_fixture.h"

namespace walstow {
namespace {

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
      ASSERT_TRUE(exists(1, number)) << number;
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
  const TimesIndex times;
  Catalog catalog(times);
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

TEST_F(PruneTest, AStatusSaysWhatAPruneWouldSay) {
  const TimesIndex times;
  Catalog catalog(times);
  const auto retention = [&] { return catalog.report(*archive, "main").eras.at(0).retention; };
  EXPECT_EQ(retention()->reason,
            "no backup, standby or hold is known, so it is unknown which WAL is needed");
  EXPECT_FALSE(retention()->policy);
  hold(150);
  // What is here is younger than a day, and a status is about now.
  EXPECT_EQ(retention()->files, 0U);
  EXPECT_EQ(retention()->floor, "0/9600000");
  EXPECT_NE(retention()->reason.find("(\"audit\") needs it"), std::string::npos);
  EXPECT_EQ(retention()->pruned, "");
  const PruneReport begun = begin();
  EXPECT_NE(retention()->notes.at(0).find("prune 1 below floor 0/9600000 by \"admin1\" on "),
            std::string::npos);
  while (go_on(begun.number).state == "intent") {
  }
  EXPECT_EQ(retention()->pruned, "0/9600000");
  set_policy(*archive, {"main", {.keep_backups = 1, .keep_days = 7}}, "admin1", later);
  EXPECT_EQ(retention()->policy->policy.keep_days, 7U);
  EXPECT_EQ(retention()->floor, "");
  EXPECT_EQ(retention()->reason, "no usable backup is known");
}

TEST_F(PruneTest, AStatusNamesAPolicyThatCannotBeRead) {
  hold(150);
  archive->backend().create_record(layout::policy_record("main"), "no json");
  const TimesIndex times;
  Catalog catalog(times);
  const ClusterReport report = catalog.report(*archive, "main");
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_NE(report.damaged[0].find("policy.json"), std::string::npos);
  EXPECT_EQ(report.eras.at(0).retention->floor, "");
}

// It is named once, although two parts of a status read it.
TEST_F(PruneTest, AStatusNamesABackupThatCannotBeReadOnce) {
  archive->backend().create_record(layout::backup_record("main", "00000000000f"), "no json");
  const TimesIndex times;
  Catalog catalog(times);
  const ClusterReport report = catalog.report(*archive, "main");
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_NE(report.damaged[0].find("00000000000f"), std::string::npos);
}

}  // namespace
}  // namespace walstow
