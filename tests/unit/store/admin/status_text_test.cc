#include "store/admin/status_text.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace walstow {
namespace {

// As one line, whatever the wrapping.
std::string status_of(const BreakReport& found) {
  const EraReport era{.era = "001-5-16777216", .breaks = {found}};
  const ClusterReport report{.cluster = "main", .eras = {era}};
  std::string text = status_text(report, {});
  std::ranges::replace(text, '\n', ' ');
  const auto new_end =
      std::ranges::unique(text, [](char one, char other) { return one == ' ' && other == ' '; });
  text.erase(new_end.begin(), text.end());
  return text;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(StatusTextTest, BreakInASegmentNamesItAndTheWayOut) {
  const std::string text =
      status_of({.file = "000000010000000000000007", .before = "", .at = "0/7000128"});
  EXPECT_TRUE(has(text, "LOG BREAKS OFF in 000000010000000000000007 at 0/7000128")) << text;
  EXPECT_TRUE(has(text, "walstow-archive DIR/pg_wal/000000010000000000000007\"")) << text;
  EXPECT_TRUE(has(text, "\"walstow conflict accept main 000000010000000000000007 DIGEST\""))
      << text;
}

// Either may be the damaged one, so that it is no help to put the later one alone.
TEST(StatusTextTest, BreakBetweenSegmentsNamesBoth) {
  const std::string text = status_of({.file = "000000010000000000000008",
                                      .before = "000000010000000000000007",
                                      .at = "0/7FFF000"});
  EXPECT_TRUE(has(text,
                  "LOG BREAKS OFF between 000000010000000000000007 and "
                  "000000010000000000000008 at 0/7FFF000"))
      << text;
  EXPECT_TRUE(has(text, "One of the segments around that place is damaged")) << text;
  EXPECT_TRUE(has(text, "\"walstow conflict accept main FILE DIGEST\"")) << text;
}

}  // namespace
}  // namespace walstow
