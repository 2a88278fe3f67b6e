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

TEST(StatusTextTest, MomentsThatCanBeRecovered) {
  EraReport era{.era = "001-5-16777216",
                .timelines = {{.timeline = 2, .segments = 5, .backups = 1}}};
  era.retention.emplace();
  const auto text_of = [&era] {
    return status_text({.cluster = "main", .eras = {era}}, {.now = Time()});
  };
  EXPECT_TRUE(has(text_of(), "    recoverable: no known base backup can be recovered"));
  EXPECT_TRUE(has(text_of(), "\"walstow window main\"")) << text_of();
  era.timelines.front().backups = 0;
  EXPECT_TRUE(has(text_of(), "    recoverable: unknown, because the archive contains no backup"));
  era.recoverable = RecoverableReport{.backup = "B",
                                      .timeline = 2,
                                      .from = *parse_iso8601_micro("2026-11-22T19:40:00.000001Z"),
                                      .to = *parse_iso8601_micro("2026-11-22T20:40:00.999999Z"),
                                      .end = "0/7000000"};
  EXPECT_TRUE(has(text_of(),
                  "    recoverable from 2026-11-22T19:40:01Z to 2026-11-22T20:40:00Z\n"
                  "      along timeline 2, from backup B\n"))
      << text_of();
  era.recoverable->to.reset();
  era.recoverable->missing = "000000020000000000000007";
  EXPECT_TRUE(has(text_of(),
                  "    recoverable from 2026-11-22T19:40:01Z to the end of the archived WAL,\n"
                  "    0/7000000\n"
                  "      along timeline 2, from backup B; it ends before segment\n"
                  "      000000020000000000000007\n"))
      << text_of();
}

TEST(StatusTextTest, LastCompleteVerification) {
  const Time now = *parse_iso8601("2026-11-30T12:00:00Z");
  ClusterReport report{.cluster = "main"};
  EXPECT_FALSE(has(status_text(report, {.now = now}), "verified"));
  report.verified =
      VerifyRecord{.ended = now - std::chrono::hours(3), .deep = true, .objects = 1200};
  EXPECT_TRUE(has(status_text(report, {.now = now}),
                  "  verified 3 h ago, with --deep: 1200 objects, no problem\n"));
  report.verified->problems = 1;
  report.verified->deep = false;
  EXPECT_TRUE(
      has(status_text(report, {.now = now}), "  verified 3 h ago: 1200 objects, 1 problem\n"));
}

TEST(StatusTextTest, BackupsOfMonthsAndYears) {
  RetentionReport retention{.floor = "0/9000000", .reason = "a hold"};
  for (int i = 1; i <= 14; ++i) {
    retention.period_backups.push_back({.name = std::to_string(i),
                                        .put_by = "",
                                        .month = "2026-10",
                                        .year = "",
                                        .first = "08",
                                        .last = "09"});
  }
  const EraReport era{.era = "001-5-16777216", .retention = retention};
  const std::string text = status_text({.cluster = "main", .eras = {era}}, {});
  EXPECT_TRUE(
      has(text,
          "      kept: 2 backups of earlier months and years; \"walstow prune main -n\" shows\n"
          "      them\n"
          "      kept: backup 3, the newest of 2026-10; only 08 .. 09\n"))
      << text;
  EXPECT_TRUE(has(text, "kept: backup 14, ")) << text;
  EXPECT_FALSE(has(text, "kept: backup 2, ")) << text;
}

}  // namespace
}  // namespace walstow
