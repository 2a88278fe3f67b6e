// Prunes that keep the WAL of monthly backups below their floor: what stays, what a get answers
// there, and what the records of the prunes tell.
#include <fmt/format.h>

#include "proto/codec/object.h"
#include "store/retention/prune_policy.h"
#include "store/retention/retention_inventory.h"
#include "store/service/catalog.h"
#include "tests/support/digests.h"
#include "tests/support/encoded_object.h"
#include "tests/unit/store/retention/prune_fixture.h"

namespace walstow {
namespace {

const PrunePolicy kMonthly{.keep_backups = 1, .keep_days = 0, .keep_monthly = 3};

// Backups of four months: of segments 20, 60, 100 and 150, each with the segment after it.
class KeptRangesTest : public PruneTest {
 protected:
  KeptRangesTest() {
    backup("00000000000a", 20, months_ago(3));
    backup("00000000000b", 60, months_ago(2));
    backup("00000000000c", 100, months_ago(1));
    backup("00000000000d", 150, later - hours(1));
  }
  OrRefusal<BackupReport> backup(std::string id, std::uint64_t start, Time stopped,
                                 std::uint32_t timeline = 1) {
    return add_backup(*archive,
                      {.cluster = "main",
                       .id = std::move(id),
                       .start = LogPosition(segment(timeline, start)),
                       .stop = start_of(SegmentNumber{start + 2}, segment_size_of(era)),
                       .timeline = Timeline{timeline},
                       .stopped = stopped,
                       .label = "nightly"},
                      "admin1", later);
  }
  static bool is_kept_number(std::uint64_t number) {
    return number == 60 || number == 61 || number == 100 || number == 101 || number >= 150;
  }
  void lose(std::uint64_t number) {
    archive->backend().remove_object(*layout::object_key("main", era, segment(1, number)));
  }
  std::string record(std::uint32_t number) {
    return archive->backend().read_record(layout::prune_record("main", era, number)).value();
  }
  // In the middle of a month.
  Time months_ago(int count) const {
    const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(later));
    const auto month = today.year() / today.month() - std::chrono::months(count);
    return std::chrono::sys_days(month / 15) + hours(12);
  }
  std::string month_of(int count) const { return to_iso8601(months_ago(count)).substr(0, 7); }
};

TEST_F(KeptRangesTest, TheWalOfAMonthlyBackupStaysAndWhatIsBetweenGoes) {
  const PrunePlanReport planned = plan(kMonthly);
  EXPECT_EQ(planned.floor, "0/9600000" /* 150 */);
  EXPECT_EQ(planned.files, 145U);
  EXPECT_EQ(planned.stored_bytes, 145U * 9);
  const std::vector<PeriodBackupReport> kept{{.name = "00000000000b",
                                              .put_by = "admin1",
                                              .month = month_of(2),
                                              .year = "",
                                              .first = segment(1, 60).text(),
                                              .last = segment(1, 61).text()},
                                             {.name = "00000000000c",
                                              .put_by = "admin1",
                                              .month = month_of(1),
                                              .year = "",
                                              .first = segment(1, 100).text(),
                                              .last = segment(1, 101).text()}};
  EXPECT_EQ(planned.period_backups, kept);
  const PruneReport done = prune(kMonthly);
  EXPECT_EQ(done.state, "done");
  EXPECT_EQ(done.files, 145U);
  for (std::uint64_t number = 1; number <= 200; ++number)
    EXPECT_EQ(exists(1, number), is_kept_number(number)) << number;
  EXPECT_EQ(plan(kMonthly).files, 0U);
  EXPECT_EQ(plan(kMonthly).period_backups, kept);
  std::vector<bool> pruned;
  const TimesIndex times;
  for (const BackupReport& one : Catalog(times).backups(*archive, "main"))
    pruned.push_back(one.pruned);
  EXPECT_EQ(pruned, (std::vector{true, false, false, false}));
}

TEST_F(KeptRangesTest, AGetIsToldThatWhatIsBetweenWasPrunedAndThatALostSegmentIsMissing) {
  prune(kMonthly);
  for (const std::uint64_t number : {1U, 20U, 59U, 62U, 99U, 102U, 149U})
    EXPECT_EQ(code_of_get(1, number), Code::kPruned) << number;
  EXPECT_NE(last_message.find("below floor 0/9600000"), std::string::npos);
  for (const std::uint64_t number : {61U, 100U, 160U}) {
    lose(number);
    EXPECT_EQ(code_of_get(1, number), Code::kHole) << number;
    EXPECT_EQ(last_message.find("although a prune has kept it for a backup") != std::string::npos,
              number < 150)
        << last_message;
  }
}

TEST_F(KeptRangesTest, AStatusCountsNoHoleBetweenTheRanges) {
  prune(kMonthly);
  const TimesIndex times;
  Catalog catalog(times);
  const auto era_report = [&] { return catalog.report(*archive, "main").eras.at(0); };
  EXPECT_EQ(era_report().missing, 0U);
  EXPECT_EQ(era_report().timelines.at(0).ranges.size(), 3U);
  EXPECT_EQ(era_report().timelines.at(0).pruned_gaps, 2U);
  lose(61);
  lose(160);
  EXPECT_EQ(era_report().missing, 2U);
  EXPECT_EQ(era_report().timelines.at(0).ranges.size(), 4U);
  EXPECT_EQ(era_report().timelines.at(0).pruned_gaps, 1U);
  const auto holes = catalog.holes(*archive, {.cluster = "main", .after = "", .range = {}}).holes;
  ASSERT_EQ(holes.size(), 2U);
  EXPECT_EQ(holes[0].first, segment(1, 61).text());
  set_policy(*archive, {"main", kMonthly}, "admin1", later);
  EXPECT_EQ(era_report().retention->period_backups.at(0).name, "00000000000b");
  EXPECT_EQ(era_report().retention->policy->policy.keep_monthly, 3U);
}

// Its segment may be found, and the hole must not turn into a prune.
TEST_F(KeptRangesTest, ABackupThatHasLostASegmentKeepsTheOthers) {
  prune(kMonthly);
  lose(61);
  const PrunePlanReport planned = plan(kMonthly);
  EXPECT_EQ(planned.files, 0U);
  EXPECT_EQ(planned.period_backups.size(), 2U);
  EXPECT_NE(
      planned.notes.at(1).find("segment 00000001000000000000003D, which it needs, is missing"),
      std::string::npos);
}

TEST_F(KeptRangesTest, ARangeThatNoPolicyKeepsAnyMoreGoes) {
  prune(kMonthly);
  PrunePolicy fewer = kMonthly;
  fewer.keep_monthly = 2;
  EXPECT_EQ(prune(fewer).files, 2U);
  EXPECT_EQ(code_of_get(1, 60), Code::kPruned);
  EXPECT_TRUE(exists(1, 101));
  EXPECT_EQ(prune({.keep_backups = 1, .keep_days = 0}).files, 2U);
  EXPECT_EQ(code_of_get(1, 101), Code::kPruned);
  EXPECT_TRUE(exists(1, 150));
  EXPECT_EQ(plan(kMonthly).period_backups.size(), 0U);
}

// A backup that begins in the kept range of another one, and ended after it.
TEST_F(KeptRangesTest, ABackupIsGoneOnceAnyOfItsSegmentsIs) {
  backup("00000000000e", 61, months_ago(1) - hours(1));
  prune(kMonthly);
  const TimesIndex times;
  for (const BackupReport& one : Catalog(times).backups(*archive, "main"))
    EXPECT_EQ(one.pruned, one.name == "00000000000a" || one.name == "00000000000e") << one.name;
  remove_backup(*archive, {"main", "00000000000c"});
  EXPECT_EQ(plan(kMonthly).period_backups.size(), 1U) << "it must not take the place of the other";
}

class KeptRangesOnTwoTimelinesTest : public KeptRangesTest {
 protected:
  // `timeline` branches off timeline 1 in segment `left_in`, `offset` bytes after its start.
  void add_history(std::uint32_t timeline, std::uint64_t left_in, std::uint64_t offset) {
    const Lsn left_at{start_of(SegmentNumber{left_in}, segment_size_of(era)).value + offset};
    const std::string content = fmt::format("1\t{}\tno reason\n", to_string(left_at));
    const WalFileName name = WalFileName::history(Timeline{timeline});
    const auto staged = archive->backend().stage();
    encode_object({.name = name.text(),
                   .raw_size = content.size(),
                   .digest = digest_of(content),
                   .system_identifier = 7,
                   .segment_size = 1U << 20,
                   .client = "primary1",
                   .time = {}},
                  content, [&staged](ByteView bytes) { staged->write(bytes); });
    archive->backend().publish(*staged, *layout::object_key("main", era, name));
  }
  bool can_hold(std::uint32_t timeline, std::uint64_t number) {
    const auto added = add_hold(*archive,
                                {.cluster = "main",
                                 .id = fmt::format("0000000{}{:04}", timeline, number),
                                 .from = LogPosition(segment(timeline, number)),
                                 .to = {},
                                 .reason = "a recovery"},
                                "admin1", later);
    return added.has_value();
  }
};

// A server is recovered from the backup of segment 60, which ends with segment 61.
TEST_F(KeptRangesOnTwoTimelinesTest, ATimelineThatBeginsBelowTheFloorLaterWasNotPruned) {
  prune(kMonthly);
  add_history(2, 62, 0);
  for (std::uint64_t number = 62; number <= 65; ++number)
    add_segment(2, number);
  EXPECT_EQ(code_of_get(2, 66), Code::kAbsentEnd);
  EXPECT_EQ(code_of_get(1, 62), Code::kPruned);
  EXPECT_TRUE(can_hold(2, 63));
  EXPECT_FALSE(can_hold(1, 63));
  // Nothing of it goes, either: the backup is one of the line that it recovers to now.
  prune(kMonthly);
  for (std::uint64_t number = 60; number <= 65; ++number)
    EXPECT_TRUE(exists(number < 62 ? 1 : 2, number)) << number;
}

TEST_F(KeptRangesOnTwoTimelinesTest, WhatWasKeptMayBeHeld) {
  prune(kMonthly);
  EXPECT_FALSE(can_hold(1, 59));
  EXPECT_TRUE(can_hold(1, 60));
  EXPECT_FALSE(can_hold(1, 62));
  EXPECT_TRUE(backup("00000000000f", 60, months_ago(2)));
  EXPECT_FALSE(backup("000000000010", 61, months_ago(2))) << "62 was pruned";
}

// A standby was promoted in segment 61, with the last byte of its backup in that segment.
TEST_F(KeptRangesOnTwoTimelinesTest, ABackupThatEndsOnALaterTimelineStaysWhole) {
  remove_backup(*archive, {"main", "00000000000c"});
  remove_backup(*archive, {"main", "00000000000d"});
  for (std::uint64_t number = 61; number <= 200; ++number)
    lose(number);
  add_history(2, 61, 0x100);
  for (std::uint64_t number = 61; number <= 200; ++number)
    add_segment(2, number);
  backup("00000000000e", 150, later - hours(1), 2);
  const PrunePolicy policy{.keep_backups = 1, .keep_days = 0, .keep_monthly = 2};
  EXPECT_EQ(plan(policy).period_backups.at(1).last, segment(2, 61).text());
  EXPECT_EQ(prune(policy).state, "done");
  EXPECT_TRUE(exists(1, 60));
  EXPECT_TRUE(exists(2, 61));
  EXPECT_FALSE(exists(2, 62));
  // Segment 61 of timeline 1 never existed, so it is no hole.
  const TimesIndex times;
  EXPECT_EQ(Catalog(times).report(*archive, "main").eras.at(0).missing, 0U);
  for (const BackupReport& one : Catalog(times).backups(*archive, "main"))
    EXPECT_FALSE(one.pruned) << one.name;
  // The end of an ended timeline is lost. A later prune does not hide that.
  lose(60);
  add_segment(2, 70);
  EXPECT_EQ(prune(policy).files, 1U);
  EXPECT_EQ(code_of_get(1, 60), Code::kHole);
}

TEST_F(KeptRangesTest, AStopBeyondTheEndOfATimelineMakesNoHole) {
  add_backup(*archive,
             {.cluster = "main",
              .id = "00000000000e",
              .start = LogPosition(segment(1, 60)),
              .stop = start_of(SegmentNumber{60'000}, segment_size_of(era)),
              .timeline = Timeline{1},
              .stopped = months_ago(2) + hours(1),
              .label = "a typing error"},
             "admin1", later);
  prune(kMonthly);
  EXPECT_EQ(code_of_get(1, 201), Code::kAbsentEnd);
  const TimesIndex times;
  EXPECT_EQ(Catalog(times).report(*archive, "main").eras.at(0).missing, 0U);
}

TEST_F(KeptRangesTest, OnlyARecordWithRangesHasANewFormat) {
  EXPECT_EQ(prune({.keep_backups = 3, .keep_days = 0}).files, 59U);
  const std::string begun = to_iso8601(list_tombstones(archive->backend(), "main", era)[0].begun);
  EXPECT_EQ(
      record(1),
      fmt::format(
          R"({{"format":"1.0","number":1,"state":"done","floor":"0/3C00000","highest_timeline":1,)"
          R"("reached":"0/3C00000","policy":{{"keep_backups":3,"keep_days":0}},)"
          R"("reason":"backup 00000000000b (\"nightly\") needs it","by":"admin1",)"
          R"("begun":"{}","files":59,"stored_bytes":531}})"
          "\n",
          begun));
  prune(kMonthly);
  EXPECT_EQ(
      record(2).find(
          R"({"format":"2.0","number":2,"state":"done","floor":"0/9600000","kept":[)"
          R"({"first":"00000001000000000000003C","last":"00000001000000000000003D"},)"
          R"({"first":"000000010000000000000064","last":"000000010000000000000065"}],"highest_timeline":1,)"
          R"("reached":"0/9600000","policy":{"keep_backups":1,"keep_days":0,)"
          R"("keep_monthly":3},)"),
      0U)
      << record(2);
}

TEST_F(KeptRangesTest, ARecordWhoseRangesCannotBeReadIsDamaged) {
  prune(kMonthly);
  const std::string good = record(1);
  const std::string kept =
      good.substr(good.find("\"kept\":"), good.find(",\"reached\"") - good.find("\"kept\":"));
  const auto kind_with = [&](const std::string& format, const std::string& ranges) {
    std::string text = good;
    text.replace(text.find(kept), kept.size(), "\"kept\":" + ranges);
    text.replace(text.find("2.0"), 3, format);
    archive->backend().update_record(
        layout::prune_record("main", era, 1),
        [&](const std::optional<std::string>&) { return std::optional(text); });
    return kind_thrown([&] { list_tombstones(archive->backend(), "main", era); });
  };
  const std::string a = R"({"first":"00000001000000000000003C","last":"00000001000000000000003D"})";
  const std::string b = R"({"first":"00000001000000000000003D","last":"00000001000000000000003E"})";
  for (const std::string& ranges :
       {std::string("1"), std::string("[1]"), std::string("[{}]"), "[" + a + "," + b + "]",
        "[" + b + "," + a + "]",
        std::string(R"([{"first":"00000001000000000000003D","last":"00000001000000000000003C"}])"),
        std::string(R"([{"first":"00000001000000000000003C","last":"00000002000000000000003D"}])"),
        std::string(R"([{"first":"00000002.history","last":"00000001000000000000003C"}])")}) {
    EXPECT_EQ(kind_with("2.0", ranges), ErrorKind::kDamaged) << ranges;
  }
  for (const std::string format : {"3.0", "0.1"})
    EXPECT_EQ(kind_with(format, "[" + a + "]"), ErrorKind::kUsage) << format;
  EXPECT_EQ(kind_with("2.1", "[" + a + "]"), std::nullopt);
}

// A record may be dropped only for one that covers all that it covers.
TEST_F(KeptRangesTest, AnOldRecordIsDroppedForOneThatKeepsNoMore) {
  const auto done = [this](std::vector<KeptRange> kept) {
    const auto tombstone = create_tombstone(archive->backend(), "main", era,
                                            {.floor = SegmentNumber{100},
                                             .timeline = {},
                                             .reached = {},
                                             .policy = {},
                                             .reason = "",
                                             .by = "admin1",
                                             .begun = later,
                                             .kept = std::move(kept)});
    change_tombstone(archive->backend(), "main", era, tombstone->number,
                     {.state = Tombstone::State::kDone});
  };
  const auto first_number = [this] {
    return list_tombstones(archive->backend(), "main", era).front().number;
  };
  const KeptRange small{Timeline{1}, SegmentNumber{50}, SegmentNumber{51}};
  const KeptRange large{Timeline{1}, SegmentNumber{50}, SegmentNumber{59}};
  const KeptRange above{Timeline{1}, SegmentNumber{100}, SegmentNumber{120}};
  done({small, above});
  for (int i = 0; i < 60; ++i)
    done({large, above});
  EXPECT_EQ(first_number(), 1U) << "it may have removed segment 52";
  for (int i = 0; i < 60; ++i)
    done({small, {Timeline{1}, SegmentNumber{100}, SegmentNumber{130}}});
  EXPECT_GT(first_number(), 60U);
}

// As when it was registered right after the prune had begun, and its own check comes later.
TEST_F(KeptRangesTest, APruneIsWithdrawnForAMonthlyBackupThatItDoesNotKnow) {
  const PruneReport begun = begin(kMonthly);
  const std::string month = month_of(1);
  archive->backend().create_record(
      layout::backup_record("main", "00000000000f"),
      fmt::format(R"({{"format":"1.0","id":"00000000000f","era":"{}","timeline":1,)"
                  R"("start":"0/7800000","stop":"0/7A00000","label":"x","stopped":"{}",)"
                  R"("by":"dba","added":"{}"}})",
                  to_string(era), to_iso8601(months_ago(1) + hours(1)), to_iso8601(later)));
  const PruneReport ended = go_on(begun.number);
  EXPECT_EQ(ended.state, "withdrawn");
  EXPECT_EQ(ended.reason,
            fmt::format("backup 00000000000f, the newest one of {}, needs it", month));
  EXPECT_EQ(ended.floor, "0/0");
  EXPECT_TRUE(exists(1, 1));
  EXPECT_EQ(prune(kMonthly).state, "done");
  EXPECT_TRUE(exists(1, 120));
  EXPECT_FALSE(exists(1, 100));
}

TEST_F(KeptRangesTest, AnInterruptedPruneRemovesNoRangeThatItsRecordKeeps) {
  PrunePolicy policy = kMonthly;
  policy.keep_monthly = 4;
  const PruneReport begun = begin(policy);
  remove_backup(*archive, {"main", "00000000000a"});
  while (go_on(begun.number).state == "intent") {
  }
  EXPECT_TRUE(exists(1, 20));
  EXPECT_FALSE(exists(1, 22));
  EXPECT_EQ(prune(policy).files, 2U);
  EXPECT_EQ(code_of_get(1, 20), Code::kPruned);
}

TEST_F(KeptRangesTest, AnAbandonedPruneCoversNoRange) {
  const PruneReport begun = begin(kMonthly);
  moments.before_update = [] {};
  moments.before_removal = [this] { abandon(); };
  EXPECT_EQ(go_on(begun.number, hours(1)).state, "withdrawn");
  EXPECT_EQ(code_of_get(1, 62), Code::kPruned);
  EXPECT_TRUE(exists(1, 60));
  lose(60);
  EXPECT_EQ(code_of_get(1, 60), Code::kHole);
}

// A forgotten option, or a client of an earlier release, must not delete what the policy keeps.
TEST_F(KeptRangesTest, AnOrderStatesWhatThePolicyKeeps) {
  PrunePolicy policy = kMonthly;
  policy.keep_yearly = 2;
  set_policy(*archive, {"main", policy}, "admin1", later);
  PrunePolicy order{.keep_backups = 1, .keep_days = 0};
  const auto code = [&] { return plan_prune(*archive, {"main", order}, later).error().code; };
  EXPECT_EQ(code(), Code::kBadRequest);
  EXPECT_EQ(begin_prune(*archive, {"main", order, {}}, "admin1", later).error().code,
            Code::kBadRequest);
  EXPECT_TRUE(refuse_policy(*archive, {"main", order}));
  order.keep_monthly = 0;
  const auto refused = plan_prune(*archive, {"main", order}, later).error();
  EXPECT_NE(refused.message.find("keeps yearly backups"), std::string::npos);
  EXPECT_NE(refused.hint.find("--keep-yearly"), std::string::npos);
  order.keep_yearly = 0;
  EXPECT_FALSE(refuse_policy(*archive, {"main", order}));
  EXPECT_EQ(plan(order).files, 149U);
  EXPECT_EQ(plan({}).files, 19U) << "every backup is kept, with all WAL after it";
  EXPECT_EQ(prune(order).files, 149U);
  EXPECT_EQ(record(1).find("keep_monthly"), std::string::npos);
  // A policy that cannot be read can be replaced, but nothing is pruned against it.
  archive->backend().update_record(
      layout::policy_record("main"),
      [](const std::optional<std::string>&) { return std::optional(std::string("{}")); });
  EXPECT_FALSE(refuse_policy(*archive, {"main", {.keep_backups = 1, .keep_days = 0}}));
  EXPECT_EQ(kind_thrown([&] { plan(order); }), ErrorKind::kDamaged);
}

}  // namespace
}  // namespace walstow
