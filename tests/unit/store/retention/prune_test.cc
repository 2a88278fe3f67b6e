// What goes by a prune and what stays, and what is told of it afterwards.
#include "store/retention/prune.h"

#include <fmt/format.h>

#include "proto/codec/object.h"
#include "store/inventory/break_marks.h"
#include "store/retention/retention_inventory.h"
#include "store/service/catalog.h"
#include "tests/support/digests.h"
#include "tests/support/encoded_object.h"
#include "tests/unit/store/retention/prune_fixture.h"

namespace walstow {
namespace {

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
    EXPECT_EQ(exists(1, number), number >= 150) << number;
  EXPECT_EQ(plan().files, 0U);
}

TEST_F(PruneTest, MarksGoWithTheirSegments) {
  for (const std::uint64_t number : {3U, 160U})
    mark_break(archive->backend(), "main", era, {segment(1, number), Digest{}},
               {.at = Lsn{128}, .segment = segment(1, number), .before = {}});
  hold(150);
  prune();
  const auto left = archive->backend().list_after(layout::break_marks("main", era), "", 10);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].key, layout::break_mark_keys("main", era, segment(1, 160), Digest{}).front());
}

// The same gaps as a list of holes has: what a prune has removed is none.
TEST_F(PruneTest, ADecisionKnowsWhatIsMissing) {
  const auto gaps = [this] {
    return take_inventory(*archive, "main", read_era(*archive, "main", era, {}), nullptr).gaps;
  };
  hold(150);
  prune();
  EXPECT_TRUE(gaps().empty());
  archive->backend().remove_object(*layout::object_key("main", era, segment(1, 170)));
  const Gap gap{.timeline = Timeline{1}, .missing = {.first = 170, .count = 1}};
  EXPECT_EQ(gaps(), std::vector<Gap>{gap});
}

TEST_F(PruneTest, YoungFilesStay) {
  hold(150);
  later = std::chrono::system_clock::now();
  EXPECT_EQ(plan().files, 0U);
}

TEST_F(PruneTest, TheFloorIsNotSetAboveTheOneThatWasShown) {
  hold(150);
  const auto begun = begin_prune(*archive, {"main", {}, Lsn{100U << 20}}, "admin1", later);
  EXPECT_EQ(begun.value().floor, "0/6400000");
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
  EXPECT_TRUE(exists(1, 10));
  EXPECT_EQ(code_of_get(1, 11), Code::kPruned);
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

TEST_F(PruneTest, AnOlderEraIsPrunedWhereItIsNamedAndNotBefore) {
  hold(150);
  const EraName old = era;
  era = *archive->open_era("main", 8, 1U << 20, 2);
  EXPECT_EQ(plan().files, 0U);
  EXPECT_EQ(plan().older_eras, std::vector<std::string>{to_string(old)});
  const PrunePolicy none{.keep_backups = 0, .keep_days = 0};
  const auto refused = plan_prune(*archive, {"main", none, era}, later);
  EXPECT_EQ(refused.error().code, Code::kBadRequest);
  const auto unknown = plan_prune(*archive, {"main", {}, EraName{3, 8, 1U << 20}}, later);
  EXPECT_EQ(unknown.error().code, Code::kNoSuchRecord);

  // The hold is of that era, and holds there.
  auto report = begin_prune(*archive, {"main", none, {}, old}, "admin1", later).value();
  while (report.state == "intent")
    report = continue_prune(*archive, {"main", report.number, old}).value();
  EXPECT_EQ(report.files, 149U);
  era = old;
  EXPECT_TRUE(exists(1, 150));
  remove_hold(*archive, {"main", "00000000000a"});
  report = begin_prune(*archive, {"main", none, {}, old}, "admin1", later).value();
  while (report.state == "intent")
    report = continue_prune(*archive, {"main", report.number, old}).value();
  EXPECT_EQ(report.files, 51U);
  EXPECT_EQ(code_of_get(1, 200), Code::kPruned);
}

TEST_F(PruneTest, AnAddedBackupWhoseBeginningWentHoldsNothingAndSaysSo) {
  const auto add = [this](std::string id, std::uint64_t start) {
    return add_backup(*archive,
                      {.cluster = "main",
                       .id = std::move(id),
                       .start = LogPosition(segment(1, start)),
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
  const TimesIndex times;
  const auto backups = Catalog(times).backups(*archive, "main");
  ASSERT_EQ(backups.size(), 2U);
  EXPECT_TRUE(backups[0].pruned);
  EXPECT_FALSE(backups[1].pruned);
  EXPECT_EQ(backups[1].first, segment(1, 150).text());
  EXPECT_EQ(plan().floor, "0/9600000");  // without a policy: the other one is no consumer any more
  EXPECT_NE(plan().notes.at(0).find("cannot be recovered"), std::string::npos);
}

class BackupFilesTest : public PruneTest {
 protected:
  // A .backup file of a backup of segment `number`, under the name of `named`.
  void put_backup(std::uint64_t number, std::uint64_t named, const std::string& client, Time put) {
    const std::string lsn = to_string(start_of(SegmentNumber{number}, segment_size_of(era)));
    const std::string content = fmt::format(
        "START WAL LOCATION: {0} (file {1})\nSTOP WAL LOCATION: {0} (file {1})\n"
        "STOP TIME: 2020-01-01 00:00:10 UTC\nLABEL: nightly\n",
        lsn, segment(1, number).text());
    const auto file =
        WalFileName::parse(fmt::format("{}.00000000.backup", segment(1, named).text()));
    const auto staged = archive->backend().stage();
    encode_object({.name = file->text(),
                   .raw_size = content.size(),
                   .digest = digest_of(content),
                   .system_identifier = 7,
                   .segment_size = 1U << 20,
                   .client = client,
                   .time = std::chrono::floor<std::chrono::seconds>(put)},
                  content, [&staged](ByteView bytes) { staged->write(bytes); });
    archive->backend().publish(*staged, *layout::object_key("main", era, *file));
  }
};

TEST_F(BackupFilesTest, NoneIsOlderThanItsFileHere) {
  put_backup(50, 50, "primary1", later - hours(24 * 30));
  put_backup(150, 150, "primary1", later - hours(24));
  const PrunePolicy policy{.keep_backups = 1, .keep_days = 2};
  // The one of today, and the one that reaches back: not the former as both.
  EXPECT_EQ(plan(policy).kept_backups.size(), 2U);
  EXPECT_EQ(plan(policy).kept_put_by, (std::vector<std::string>{"primary1", "primary1"}));
  EXPECT_EQ(plan(policy).floor, "0/3200000" /* 50 */);
}

TEST_F(BackupFilesTest, AContentUnderAnotherNameCountsForNoOther) {
  put_backup(50, 50, "primary1", later - hours(24 * 30));
  put_backup(199, 150, "primary1", later - hours(24 * 20));  // by a store of before
  const PrunePolicy newest{.keep_backups = 1, .keep_days = 0};
  EXPECT_EQ(plan(newest).floor, "0/3200000" /* 50 */);
  EXPECT_NE(plan(newest).notes.at(0).find("does not agree with its name"), std::string::npos);
}

TEST_F(PruneTest, APlanCountsTheYoungOnesOfAFolderOut) {
  hold(5000);  // all of the folder is below
  later = std::chrono::system_clock::now() + kLeastAge;
  add_segment(1, 201);
  EXPECT_EQ(plan().files, 200U);
}

TEST(PruneRemovalsTest, AsManyAtATimeAsAreRemovedQuickly) {
  using std::chrono::milliseconds;
  EXPECT_EQ(next_removals(kFirstRemovals, milliseconds(1)), 2 * kFirstRemovals);
  EXPECT_EQ(next_removals(kMostRemovals - 1, milliseconds(1)), kMostRemovals);
  EXPECT_EQ(next_removals(500, milliseconds(200)), 500U);
  EXPECT_EQ(next_removals(500, milliseconds(300)), 250U);
  EXPECT_EQ(next_removals(kFirstRemovals, milliseconds(9000)), kFirstRemovals);
}

// Cut to its lower half, such a number would be that of another prune or timeline.
TEST(RetentionRecordTest, NumberThatIsTooLargeIsDamage) {
  const EraName era{1, 7, 1U << 20};
  const auto archive = [&era](const std::string& key, const std::string& members) {
    auto backend = make_memory_backend();
    initialize_archive(*backend);
    backend->create_record(key, "{\"format\":\"1.0\"," + members + "}");
    return std::make_unique<Archive>(std::move(backend));
  };
  const auto prune_of = [&](const std::string& numbers) {
    return archive(layout::prune_record("main", era, 1),
                   R"("state":"done","floor":"0/200000","reached":"0/200000","policy":{},)"
                   R"("reason":"","by":"a","begun":"2026-11-22T20:00:00Z","files":1,)"
                   R"("stored_bytes":18446744073709551615,)" +
                       numbers);
  };
  const auto backup_of = [&](const std::string& timeline) {
    return archive(layout::backup_record("main", "0123456789ab"),
                   R"("id":"0123456789ab","era":"001-7-1048576","start":"0/200000",)"
                   R"("stop":"0/300000","label":"","by":"dba","stopped":"2026-11-22T20:00:00Z",)"
                   R"("timeline":)" +
                       timeline);
  };
  const auto prunes = [&](const std::string& numbers) {
    return list_tombstones(prune_of(numbers)->backend(), "main", era).size();
  };
  const auto backups = [&](const std::string& timeline) {
    return list_added_backups(*backup_of(timeline), "main").size();
  };
  EXPECT_EQ(prunes(R"("number":999999,"timeline":4294967295)"), 1U);
  EXPECT_EQ(backups("4294967295"), 1U);
  for (const char* numbers : {R"("number":4294967297)", R"("number":1,"timeline":4294967297)"})
    EXPECT_EQ(kind_thrown([&] { prunes(numbers); }), ErrorKind::kDamaged) << numbers;
  EXPECT_EQ(kind_thrown([&] { backups("4294967297"); }), ErrorKind::kDamaged);
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
