#include "store/catalog.h"

#include <fstream>

#include "store/report_text.h"
#include "tests/unit/store/service_fixture.h"

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
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path).close();
    EXPECT_TRUE(std::filesystem::exists(path));
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
  EXPECT_LT(ask(ClusterStatus{"main"}).body.size(), kLargestJson / 50);
  const TimelineReport timeline = status().eras.at(0).timelines.back();
  EXPECT_EQ(timeline.segments, kHoles + 1);
  EXPECT_EQ(timeline.ranges_left_out + timeline.ranges.size(), kHoles + 1);
  ASSERT_EQ(timeline.ranges.size(), kMostRanges);
  EXPECT_EQ(timeline.ranges.back().first, "0000000700000000000007D0");
}

TEST_F(CatalogTest, ParentComesFromTheHistoryFile) {
  const auto timelines = status().eras.at(0).timelines;
  EXPECT_FALSE(timelines[0].parent);
  EXPECT_EQ(timelines[1].parent, 1U);
  EXPECT_EQ(timelines[1].left_parent_at, "1/300000");
}

TEST_F(CatalogTest, PagesOfAnySizeMakeTheWholeList) {
  for (const std::uint32_t limit : {1U, 2U, 3U, 100U}) {
    ListFiles command{.cluster = "main", .after = "", .limit = limit, .timeline = std::nullopt};
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
      ask(ListFiles{.cluster = "main", .after = "", .limit = 1000, .timeline = Timeline{2}}).body);
  ASSERT_EQ(page.files.size(), 2U);
  EXPECT_EQ(page.files[0].name, "00000002.history");
  EXPECT_EQ(page.files[1].name, "000000020000000100000003");
}

TEST_F(CatalogTest, StatusTextFitsATerminalAndNamesTheHole) {
  const std::string text = cluster_text(status());
  EXPECT_NE(text.find("HOLE"), std::string::npos);
  EXPECT_NE(text.find("left timeline 1 at 1/300000"), std::string::npos);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_LE(end - begin, 80U) << text.substr(begin, end - begin);
    begin = end + 1;
  }
}

TEST(TimelineText, NamesOnlyWhatThereIs) {
  const auto text_of = [](const TimelineReport& timeline) {
    const std::string text =
        cluster_text({.archive = "a",
                      .cluster = "main",
                      .eras = {{.era = "001-5-16777216", .timelines = {timeline}, .histories = 0}},
                      .positions = {}});
    return text.substr(text.find("    timeline"));
  };
  EXPECT_EQ(text_of({.timeline = 2, .parent = 1, .left_parent_at = "0/5000028"}),
            "    timeline 2, left timeline 1 at 0/5000028\n"
            "      no segments\n");
  EXPECT_EQ(text_of({.timeline = 1,
                     .ranges = {{"000000010000000000000003", "000000010000000000000003", 1},
                                {"000000010000000000000005", "000000010000000000000006", 2}},
                     .ranges_left_out = 1,
                     .segments = 4,
                     .raw_bytes = 64U << 20,
                     .stored_bytes = 3U << 20,
                     .partials = 1,
                     .incompletes = 1,
                     .backups = 2,
                     .newest = parse_iso8601("2026-11-22T19:40:00Z")}),
            "    timeline 1\n"
            "      1 older range, not shown, a hole behind each\n"
            "      HOLE\n"
            "      000000010000000000000003 .. 000000010000000000000003        1 segment\n"
            "      HOLE\n"
            "      000000010000000000000005 .. 000000010000000000000006        2 segments\n"
            "      64.0 MB raw, 3.0 MB stored; newest put 2026-11-22T19:40:00Z\n"
            "      1 partial segment, 1 unfinished piece, 2 backup history files\n");
}

TEST(SizeText, HasThreeOrFourDigitsAndAUnit) {
  const struct {
    std::uint64_t bytes;
    const char* text;
  } cases[] = {{0, "0 B"},
               {1023, "1023 B"},
               {1024, "1.0 kB"},
               {16U << 20, "16.0 MB"},
               {std::uint64_t{5} << 40, "5.0 TB"}};
  for (const auto& one : cases)
    EXPECT_EQ(size_text(one.bytes), one.text);
}

}  // namespace
}  // namespace walstow
