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
