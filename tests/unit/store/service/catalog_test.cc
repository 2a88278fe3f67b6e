#include "store/service/catalog.h"

#include <fstream>

#include "proto/base/filesystem.h"
#include "store/admin/report_text.h"
#include "store/admin/status_text.h"
#include "store/service/era_report.h"
#include "tests/support/service_fixture.h"

namespace walstow {
namespace {

class CatalogTest : public ServiceTest {
 protected:
  CatalogTest() {
    for (const std::string name :
         {"000000010000000000000FFE", "000000010000000000000FFF", "000000010000000100000000",
          "000000010000000100000003", "000000020000000100000003"}) {
      EXPECT_EQ(put(name).status, 201) << name;
    }
    EXPECT_EQ(put("000000010000000100000003.partial").status, 201);
    EXPECT_EQ(put("00000002.history", "1\t1/300000\tno recovery target specified\n").status, 201);
    EXPECT_EQ(put("000000010000000100000000.00000028.backup", "START WAL LOCATION: ...\n").status,
              201);
  }
  // For the catalog, which reads names, an empty file is an object.
  void add_object(const WalFileName& name) {
    const auto path = object_path(name.text());
    fs::create_directories(path.parent_path());
    std::ofstream(path).close();
    EXPECT_TRUE(fs::exists(path));
  }
  ClusterReport status() { return parse_cluster_report(ask(ClusterStatus{"main"}).body); }
};

TEST_F(CatalogTest, RangesRunOverLogNumbersAndEndAtHoles) {
  const auto timelines = status().eras.at(0).timelines;
  ASSERT_EQ(timelines.size(), 2U);
  ASSERT_EQ(timelines[0].ranges.size(), 2U);
  EXPECT_EQ(timelines[0].ranges[0].first, "000000010000000000000FFE");
  EXPECT_EQ(timelines[0].ranges[0].last, "000000010000000100000000");
  EXPECT_EQ(timelines[0].ranges[0].count, 3U);
  EXPECT_EQ(timelines[0].segments, 4U);
  EXPECT_EQ(timelines[0].partials, 1U);
  EXPECT_EQ(timelines[0].backups, 1U);
  EXPECT_EQ(timelines[0].raw_bytes, 5U << 20);
}

TEST_F(CatalogTest, AReportOfAnyNumberOfHolesIsBounded) {
  constexpr std::uint64_t kHoles = 1000;
  const SegmentSize size = *SegmentSize::from_bytes(std::uint64_t{1} << 20);
  for (std::uint64_t i = 0; i <= kHoles; ++i)
    add_object(WalFileName::segment(Timeline{7}, SegmentNumber{2 * i}, size));
  EXPECT_LT(ask(ClusterStatus{"main"}).body.size(), kLargestJson / 20);
  const TimelineReport timeline = status().eras.at(0).timelines.back();
  EXPECT_EQ(timeline.segments, kHoles + 1);
  EXPECT_EQ(timeline.ranges_left_out + timeline.ranges.size(), kHoles + 1);
  ASSERT_EQ(timeline.ranges.size(), kMostRanges);
  EXPECT_EQ(timeline.ranges.back().first, "0000000700000000000007D0");
}

TEST_F(CatalogTest, TellsOfAReleaseThatIsNewerThanTheStore) {
  EXPECT_EQ(status().eras.at(0).newer_magic, "");
  const std::string name = "000000020000000100000004";
  std::string content = segment_content(name);
  store_little_endian(std::uint16_t{0xD130}, std::as_writable_bytes(std::span(content)), 0);
  EXPECT_EQ(put(name, content).status, 201);
  EXPECT_EQ(get(name).body, content);
  EXPECT_EQ(status().eras.at(0).newer_magic, "0xD130");
  const std::string text =
      status_text(status(), {.now = std::chrono::system_clock::now(), .color = Color::kNone});
  EXPECT_NE(text.find("NEWER RELEASE"), std::string::npos) << text;
  // Only all of its bytes are the same as all of its bytes.
  EXPECT_EQ(put(name, content).status, 200);
  content.back() = '!';
  EXPECT_EQ(put(name, content).status, 409);
}

TEST_F(CatalogTest, ParentComesFromTheHistoryFile) {
  const auto timelines = status().eras.at(0).timelines;
  EXPECT_FALSE(timelines[0].parent);
  EXPECT_EQ(timelines[1].parent, 1U);
  EXPECT_EQ(timelines[1].left_parent_at, "1/300000");
}

TEST_F(CatalogTest, PagesOfAnySizeMakeTheWholeList) {
  for (const std::uint32_t limit : {1U, 2U, 3U, 100U}) {
    ListFiles command{.cluster = "main", .after = "", .limit = limit, .range = {}};
    std::vector<std::string> names;
    do {
      const FilePage page = parse_file_page(ask(command).body);
      for (const FileEntry& file : page.files)
        names.push_back(file.name);
      command.after = page.next;
    } while (!command.after.empty());
    ASSERT_EQ(names.size(), 8U) << limit;
    EXPECT_EQ(names.front(), "00000002.history");
    EXPECT_EQ(names.back(), "000000020000000100000003");
  }
}

TEST_F(CatalogTest, ListOfOneTimelineHasNothingElse) {
  const FilePage page = parse_file_page(
      ask(ListFiles{.cluster = "main", .after = "", .range = {.timeline = Timeline{2}}}).body);
  ASSERT_EQ(page.files.size(), 2U);
  EXPECT_EQ(page.files[0].name, "00000002.history");
  EXPECT_EQ(page.files[1].name, "000000020000000100000003");
}

TEST_F(CatalogTest, ListOfARangeHasBothEndsAndWhatBelongsToThem) {
  for (const std::uint32_t limit : {1U, 2U, 1000U}) {
    ListFiles question{.cluster = "main",
                       .after = "",
                       .limit = limit,
                       .range = {.from = file_named("000000010000000000000FFF"),
                                 .to = file_named("000000010000000100000000")}};
    std::string names;
    do {
      const FilePage page = parse_file_page(ask(question).body);
      for (const FileEntry& file : page.files)
        names += file.name + " ";
      question.after = page.next;
    } while (!question.after.empty());
    EXPECT_EQ(names,
              "000000010000000000000FFF 000000010000000100000000.00000028.backup "
              "000000010000000100000000 ")
        << limit;
  }
}

TEST_F(CatalogTest, ListOfARangeGoesOverTimelines) {
  const FilePage page =
      parse_file_page(ask(ListFiles{.cluster = "main",
                                    .after = "",
                                    .range = {.from = file_named("000000010000000100000004"),
                                              .to = file_named("000000020000000100000003")}})
                          .body);
  ASSERT_EQ(page.files.size(), 2U);
  EXPECT_EQ(page.files[0].name, "00000002.history");
  EXPECT_EQ(page.files[1].name, "000000020000000100000003");
}

TEST_F(CatalogTest, HolesComeInPages) {
  const SegmentSize size = *SegmentSize::from_bytes(std::uint64_t{1} << 20);
  for (std::uint64_t i = 0; i <= 10; ++i)
    add_object(WalFileName::segment(Timeline{7}, SegmentNumber{2 * i}, size));
  for (const std::uint32_t limit : {1U, 3U, 1000U}) {
    ListHoles question{.cluster = "main", .after = "", .limit = limit, .range = {}};
    std::vector<HoleReport> holes;
    do {
      const HolePage page = parse_hole_page(ask(question).body);
      holes.insert(holes.end(), page.holes.begin(), page.holes.end());
      question.after = page.next;
    } while (!question.after.empty());
    ASSERT_EQ(holes.size(), 12U) << limit;
    EXPECT_EQ(holes[0], (HoleReport{.era = kEra,
                                    .first = "000000010000000100000001",
                                    .last = "000000010000000100000002",
                                    .count = 2}));
    EXPECT_EQ(holes[1].first, "00000007.history") << "its segments are there";
    EXPECT_EQ(holes[11].first, "000000070000000000000013");
  }
}

TEST_F(CatalogTest, HolesOfARangeEndWithIt) {
  const auto holes = [this](const FileRange& range) {
    std::string text;
    const ListHoles question{.cluster = "main", .after = "", .range = range};
    for (const HoleReport& hole : parse_hole_page(ask(question).body).holes)
      text += hole.first.substr(16) + "-" + hole.last.substr(16);
    return text;
  };
  EXPECT_EQ(holes({}), "00000001-00000002");
  EXPECT_EQ(holes({.from = file_named("000000010000000100000002")}), "00000002-00000002");
  EXPECT_EQ(holes({.to = file_named("000000010000000100000001")}), "00000001-00000001");
  EXPECT_EQ(holes({.to = file_named("000000010000000100000000")}), "");
  EXPECT_EQ(holes({.to = file_named("00000001.history")}), "");
  EXPECT_EQ(holes({.from = file_named("00000001.history")}), "00000001-00000002");
  EXPECT_EQ(holes({.from = file_named("00000002.history")}), "");
  EXPECT_EQ(holes({.timeline = Timeline{2}}), "");
}

// Other processes write to the archive while this one remembers what it has read.
TEST_F(CatalogTest, WhatOthersChangeIsNoticed) {
  EXPECT_EQ(status().eras.at(0).missing, 2U);
  Handler other([this] { return open_archive_folder(archive_folder.string()); }, 1);
  const auto put_by_other = [&](const std::string& name) {
    const std::string content = segment_content(name);
    HandlerResult answer = other.handle(to_request(put_of(name, content)), caller);
    auto& upload = std::get<std::unique_ptr<Upload>>(answer);
    upload->write(as_bytes(content));
    EXPECT_EQ(upload->finish().head.status, 201);
  };
  put_by_other("000000010000000100000001");
  EXPECT_EQ(status().eras.at(0).missing, 1U);
  put_by_other("000000010000000100000002");
  EXPECT_EQ(status().eras.at(0).missing, 0U);
  put_by_other("000000030000000200000000");
  EXPECT_EQ(status().eras.at(0).timelines.size(), 3U);
  fs::remove_all(object_path("000000030000000200000000").parent_path());
  EXPECT_EQ(status().eras.at(0).timelines.size(), 2U);
  fs::remove(object_path("000000010000000100000000"));
  EXPECT_EQ(status().eras.at(0).missing, 1U);
}

TEST_F(CatalogTest, BackupsSayWhatTheyNeed) {
  const std::string content =
      "START WAL LOCATION: 0/FFE00028 (file 000000010000000000000FFE)\n"
      "STOP WAL LOCATION: 1/100 (file 000000010000000100000000)\n"
      "START TIME: 2026-11-22 21:03:41 UTC\nLABEL: nightly\nSTOP TIME: 2026-11-22 21:04:00 UTC\n";
  EXPECT_EQ(put("000000010000000000000FFE.00000028.backup", content).status, 201);
  const TimelineReport timeline = status().eras.at(0).timelines.at(0);
  EXPECT_EQ(timeline.backups, 2U);
  ASSERT_EQ(timeline.backup_files.size(), 2U);
  const BackupReport& backup = timeline.backup_files[0];
  EXPECT_EQ(backup.first, "000000010000000000000FFE");
  EXPECT_EQ(backup.last, "000000010000000100000000");
  EXPECT_EQ(backup.label, "nightly");
  EXPECT_EQ(backup.stopped, parse_iso8601("2026-11-22T21:04:00Z"));
  EXPECT_EQ(timeline.backup_files[1].first, "");  // its content says nothing
}

TEST_F(CatalogTest, AStandbysDistanceIsToTheNewestOfItsLine) {
  const auto report = [this](const std::string& id, const std::string& restartpoint) {
    const Instance instance{.id = id, .sequence = 1, .host = "db2"};
    const ReportPosition position{"main", samples::kSystem1Mb, instance, file_named(restartpoint)};
    EXPECT_EQ(ask(position).status, 200);
  };
  report(std::string(32, 'a'), "000000010000000000000FFE");
  report(std::string(32, 'b'), "000000020000000100000003");
  report(std::string(32, 'c'), "000000090000000100000003");
  const auto positions = status().positions;
  ASSERT_EQ(positions.size(), 3U);
  EXPECT_EQ(positions[0].behind_segments, 5U);
  EXPECT_EQ(positions[0].behind_bytes, 5U << 20);
  EXPECT_EQ(positions[1].behind_segments, 0U);
  EXPECT_FALSE(positions[2].behind_segments);
}

// --- text ---

const StatusStyle kPlain{.now = *parse_iso8601("2026-11-22T19:43:00Z")};

TEST_F(CatalogTest, StatusTextFitsATerminalAndNamesTheHole) {
  const std::string text = status_text(status(), kPlain);
  EXPECT_NE(text.find("HOLE 000000010000000100000001 .. 000000010000000100000002  2 missing"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("branched off timeline 1 at 1/300000"), std::string::npos);
  EXPECT_NE(text.find("      1\n         +- 2 from 1/300000\n"), std::string::npos) << text;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_LE(end - begin, 80U) << text.substr(begin, end - begin);
    begin = end + 1;
  }
}

EraReport era_of(const TimelineReport& timeline, std::vector<HoleReport> holes = {}) {
  return {.era = "001-5-16777216",
          .timelines = {timeline},
          .histories = 0,
          .conflicts = 0,
          .missing = 0,
          .holes = std::move(holes)};
}

std::string text_of(const EraReport& era, const StatusStyle& style = kPlain) {
  const std::string text =
      status_text({.archive = "a", .cluster = "main", .eras = {era}, .positions = {}}, style);
  return text.substr(text.find("    timeline"));
}

TEST(StatusText, NamesOnlyWhatThereIs) {
  EXPECT_EQ(text_of(era_of({.timeline = 2, .parent = 1, .left_parent_at = "0/5000028"})),
            "    timeline 2, branched off timeline 1 at 0/5000028\n"
            "      no segments\n");
  const TimelineReport timeline{
      .timeline = 1,
      .ranges = {{"000000010000000000000003", "000000010000000000000003", 1},
                 {"000000010000000000000005", "000000010000000000000006", 2}},
      .ranges_left_out = 1,
      .segments = 4,
      .raw_bytes = 64U << 20,
      .stored_bytes = 3U << 20,
      .partials = 1,
      .incompletes = 1,
      .backups = 2,
      .newest = parse_iso8601("2026-11-22T19:40:00Z"),
      .backup_files = {{.name = "x",
                        .first = "000000010000000000000003",
                        .last = "000000010000000000000004",
                        .label = "nightly",
                        .stopped = *parse_iso8601("2026-11-22T19:00:00Z")}}};
  const std::vector<HoleReport> holes{
      {"001-5-16777216", "000000010000000000000002", "000000010000000000000002", 1},
      {"001-5-16777216", "000000010000000000000004", "000000010000000000000004", 1},
      {"001-5-16777216", "000000010000000000000007", "000000010000000000000009", 3}};
  EXPECT_EQ(text_of(era_of(timeline, holes)),
            "    timeline 1\n"
            "      1 older range not shown, each followed by a gap\n"
            "      000000010000000000000003 .. 000000010000000000000003        1 segment\n"
            "      HOLE 000000010000000000000004 .. 000000010000000000000004  1 missing\n"
            "      000000010000000000000005 .. 000000010000000000000006        2 segments\n"
            "      HOLE 000000010000000000000007 .. 000000010000000000000009  3 missing\n"
            "      64.0 MB raw, 3.0 MB stored\n"
            "      last archived 2026-11-22T19:40:00Z, 3 min ago\n"
            "      1 partial segment, 1 incomplete segment, 2 backup history files\n"
            "      the newest 1:\n"
            "      backup needs 000000010000000000000003 .. 000000010000000000000004\n"
            "        ended 2026-11-22T19:00:00Z, \"nightly\"\n");
}

TEST(StatusText, RetentionIsWhereTheFloorIsAndWhoHoldsItThere) {
  EraReport era = era_of({.timeline = 1});
  era.retention = RetentionReport{.policy = {},
                                  .floor = "0/A00000",
                                  .reason = "standby \"away\" of postgres on vm needs it",
                                  .notes = {},
                                  .files = 5,
                                  .stored_bytes = 2048,
                                  .pruned = ""};
  EXPECT_EQ(text_of(era),
            "    timeline 1\n"
            "      no segments\n"
            "    retention\n"
            "      no policy, nothing is pruned automatically; to set one, run, for example,\n"
            "      \"walstow policy set main --keep-backups 2 --keep-days 14\"\n"
            "      floor 0/A00000: standby \"away\" of postgres on vm needs it\n"
            "      a prune would remove 5 files, 2.0 kB\n");
  era.retention->policy =
      PolicyReport{.policy = {.keep_backups = 2, .keep_days = 1, .standby_limit_days = 30},
                   .by = "admin1",
                   .set = *parse_iso8601("2026-11-22T19:00:00Z")};
  era.retention->floor = "";
  era.retention->reason = "no usable backup is known";
  era.retention->pruned = "0/500000";
  era.retention->notes = {"prune 3 by \"x\" is unfinished: 7 files deleted so far"};
  EXPECT_EQ(text_of(era),
            "    timeline 1\n"
            "      no segments\n"
            "    retention\n"
            "      policy: keep the newest 2 backups, all younger than 1 day, and the one\n"
            "      before these\n"
            "      policy: no WAL is kept for a standby that has been silent for 30 days\n"
            "      policy: set by admin1 on 2026-11-22T19:00:00Z\n"
            "      pruned below 0/500000\n"
            "      no floor: no usable backup is known\n"
            "      prune 3 by \"x\" is unfinished: 7 files deleted so far\n");
}

TEST(StatusText, ColoursOnlyWhereTheyAreAskedFor) {
  const EraReport era = era_of(
      {.timeline = 1, .ranges = {{"000000010000000000000005", "000000010000000000000005", 1}}},
      {{"001-5-16777216", "000000010000000000000004", "000000010000000000000004", 1}});
  EXPECT_EQ(text_of(era).find('\x1b'), std::string::npos);
  EXPECT_NE(text_of(era, {.now = kPlain.now, .color = Color::kAnsi}).find("\x1b[1;31mHOLE\x1b[0m"),
            std::string::npos);
}

TEST(StatusText, ParentsThatGoInCirclesEnd) {
  ClusterReport report{.archive = "a", .cluster = "main", .eras = {era_of({.timeline = 1})}};
  report.eras[0].timelines = {{.timeline = 1, .parent = 2, .left_parent_at = "0/1"},
                              {.timeline = 2, .parent = 2, .left_parent_at = "0/1"}};
  EXPECT_NE(status_text(report, kPlain).find("      1 from 0/1\n      2 from 0/1\n"),
            std::string::npos);
}

}  // namespace
}  // namespace walstow
