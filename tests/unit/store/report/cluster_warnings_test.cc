#include "store/report/cluster_warnings.h"

#include <gtest/gtest.h>

#include "store/inventory/break_marks.h"

namespace walstow {
namespace {

std::vector<std::string> marks_of(const EraReport& era) {
  std::vector<std::string> marks;
  for (const Warning& warning : era_warnings(era, "main"))
    marks.push_back(warning.mark);
  return marks;
}

TEST(ClusterWarningsTest, EraWithoutAFault) {
  EXPECT_EQ(marks_of({.era = "001-5-16777216"}), std::vector<std::string>());
}

TEST(ClusterWarningsTest, EachFaultOfAnEra) {
  EraReport era{.era = "001-5-16777216"};
  era.newer_magic = "0xD130";
  era.breaks = {{.file = "000000010000000000000007", .before = "", .at = "0/7000128"}};
  era.missing_histories = {"00000002.history"};
  era.forked = ForkedTimeline{.highest = 3, .in_use = 2, .left_at = "0/5000000"};
  era.missing = 1;
  era.conflicts = 2;
  era.branches = {{.timeline = 2, .parent = 1}};
  EXPECT_EQ(marks_of(era),
            (std::vector<std::string>{"NEWER RELEASE", "LOG BREAKS OFF", "HISTORY MISSING",
                                      "FORKED", "1 segment missing", "2 versions", "TWO SERVERS"}));
}

TEST(ClusterWarningsTest, MoreBreaksThanAReportContains) {
  EraReport era{.era = "001-5-16777216"};
  era.breaks.assign(2, {.file = "000000010000000000000007", .before = "", .at = "0/7"});
  EXPECT_EQ(era_warnings(era, "main").size(), 2U);
  era.more_breaks = true;
  const auto warnings = era_warnings(era, "main");
  ASSERT_EQ(warnings.size(), 3U);
  EXPECT_EQ(warnings.back().mark, "");
  EXPECT_NE(warnings.back().text.find("\"walstow verify main --deep\" finds all"),
            std::string::npos);
}

TEST(ClusterWarningsTest, Quota) {
  const ClusterReport report{.cluster = "main", .stored_bytes = 85 << 20, .quota = 100 << 20};
  EXPECT_FALSE(quota_warning(report, 86));
  EXPECT_EQ(quota_warning(report, 85)->text, " 85.0 MB of 100.0 MB stored, 85 %");
  EXPECT_FALSE(quota_warning({.cluster = "main"}, 0));
}

TEST(ClusterWarningsTest, WithdrawalsThatAreNotComplete) {
  EXPECT_FALSE(withdrawal_warning({.state = "withdrawn"}, "main"));
  EXPECT_FALSE(withdrawal_warning({.state = "purged"}, "main"));
  const WithdrawnReport file{.name = "00000002.history", .digest = "0a", .state = "returning"};
  const auto warning = withdrawal_warning(file, "main");
  ASSERT_TRUE(warning);
  EXPECT_EQ(warning->mark, "HALF RETURNED");
  EXPECT_NE(warning->text.find("\"walstow withdraw main 00000002.history --digest 0a --undo\""),
            std::string::npos);
}

}  // namespace
}  // namespace walstow
