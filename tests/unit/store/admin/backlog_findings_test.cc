#include "store/admin/check/backlog_findings.h"

#include <gtest/gtest.h>

#include "store/admin/check/nagios_text.h"

namespace walstow {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMegabyte = 1U << 20;
const Time kNow = *parse_iso8601("2026-11-30T12:00:00Z");

BacklogFacts facts(std::size_t files, std::chrono::seconds age) {
  return {.backlog = {.files = files, .oldest = kNow - age, .new_segments = files},
          .segment_size = 16 * kMegabyte,
          .free_bytes = 100 * 1024 * kMegabyte,
          .disk_bytes = 200 * 1024 * kMegabyte};
}

CheckResult result_of(const BacklogFacts& facts, const WaitLimits& limits = {}) {
  CheckResult result;
  add_backlog(facts, limits, kNow, result);
  return result;
}

double measure(const CheckResult& result, std::string_view name) {
  for (const Measure& measure : result.measures) {
    if (measure.name == name) return measure.value;
  }
  return -1;
}

TEST(BacklogFindingsTest, NothingWaits) {
  BacklogFacts idle = facts(0, 0s);
  idle.backlog.oldest.reset();
  const CheckResult result = result_of(idle);
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings[0].text, "no files wait to be archived");
  EXPECT_EQ(result.worst(), Severity::kOk);
  EXPECT_EQ(measure(result, "ready_files"), 0);
  EXPECT_EQ(measure(result, "pg_wal_growth"), -1);
}

TEST(BacklogFindingsTest, AgeOfTheOldestDecides) {
  EXPECT_EQ(result_of(facts(2, 599s)).worst(), Severity::kOk);
  EXPECT_EQ(result_of(facts(2, 600s)).worst(), Severity::kWarning);
  EXPECT_EQ(result_of(facts(2, 3599s)).worst(), Severity::kWarning);
  EXPECT_EQ(result_of(facts(2, 3600s)).worst(), Severity::kCritical);
  EXPECT_EQ(result_of(facts(2, 30s), {.warning = 10s, .critical = 20s}).worst(),
            Severity::kCritical);
  EXPECT_EQ(result_of(facts(1, 700s)).findings[0].text,
            "1 file waits to be archived, the oldest for 11 min");
}

TEST(BacklogFindingsTest, AClockThatWasSetBackIsAFinding) {
  const CheckResult result = result_of(facts(8, -48h));
  EXPECT_EQ(result.worst(), Severity::kWarning);
  EXPECT_EQ(result.findings.at(1).text, "a file became ready to be archived 2 days in the future");
  EXPECT_EQ(result_of(facts(8, -60s)).worst(), Severity::kOk);
}

TEST(BacklogFindingsTest, ClockOfTheFileSystemMayBeAhead) {
  const CheckResult result = result_of(facts(1, -5s));
  EXPECT_EQ(result.worst(), Severity::kOk);
  EXPECT_EQ(measure(result, "oldest_ready_file"), 0);
}

TEST(BacklogFindingsTest, ForecastOfAFullDisk) {
  // 60 segments in 10 minutes: 5.6 GB an hour.
  const WaitLimits patient{.warning = 2000s, .critical = 4000s};
  BacklogFacts growing = facts(60, 600s);
  EXPECT_NEAR(measure(result_of(growing), "pg_wal_growth"), 60.0 * 16 * 1048576 * 3600 / 600, 1);
  EXPECT_EQ(result_of(growing, patient).worst(), Severity::kWarning);  // 18 hours
  growing.free_bytes = 30 * 1024 * kMegabyte;
  const CheckResult soon = result_of(growing, patient);
  EXPECT_EQ(soon.worst(), Severity::kCritical);
  EXPECT_EQ(
      soon.findings[1].text,
      "pg_wal grows by 5.6 GB an hour; its disk has 30.0 GB free, and will be full in 5 hours");
  growing.free_bytes = 1500 * 1024 * kMegabyte;
  growing.disk_bytes = 2000 * 1024 * kMegabyte;
  EXPECT_EQ(result_of(growing, patient).worst(), Severity::kOk);
}

TEST(BacklogFindingsTest, FewFilesOrAShortTimePredictNothing) {
  EXPECT_EQ(measure(result_of(facts(4, 700s)), "pg_wal_growth"), -1);
  EXPECT_EQ(measure(result_of(facts(60, 599s)), "pg_wal_growth"), -1);
}

// Only the last hour counts: a backlog of days may have stopped growing.
TEST(BacklogFindingsTest, GrowthOfAnOldBacklog) {
  BacklogFacts old = facts(5000, 48h);
  old.backlog.new_segments = 10;
  EXPECT_NEAR(measure(result_of(old), "pg_wal_growth"), 160.0 * 1048576, 1);
}

TEST(BacklogFindingsTest, DiskThatIsNearlyFull) {
  BacklogFacts full = facts(0, 0s);
  full.free_bytes = full.disk_bytes / 100 * 9;
  EXPECT_EQ(result_of(full).worst(), Severity::kWarning);
  full.free_bytes = full.disk_bytes / 100 * 4;
  EXPECT_EQ(result_of(full).worst(), Severity::kCritical);
}

TEST(NagiosTextTest, OneLineWithTheWorstFirst) {
  CheckResult result;
  result.add(Severity::kOk, CheckedPart::kStore, "the store answered in 0.02 s");
  result.add(Severity::kWarning, CheckedPart::kBacklog, "a warning | with a bar", "hint");
  result.add(Severity::kCritical, CheckedPart::kRestore, "two\nlines", "hint");
  result.measures = {
      {"store", 0.02, "s"}, {"ready_files", 3, ""}, {"oldest_ready_file", 700, "s", 600, 3600}};
  EXPECT_EQ(
      nagios_text("main", result),
      "WALSTOW CRITICAL - main: two lines; a warning / with a bar | store=0.02s ready_files=3 "
      "oldest_ready_file=700s;600;3600\n");
  result.findings.resize(1);
  EXPECT_EQ(nagios_text("main", result),
            "WALSTOW OK - main: the store answered in 0.02 s | store=0.02s ready_files=3 "
            "oldest_ready_file=700s;600;3600\n");
}

TEST(NagiosTextTest, Codes) {
  EXPECT_EQ(nagios_code(Severity::kOk), 0);
  EXPECT_EQ(nagios_code(Severity::kWarning), 1);
  EXPECT_EQ(nagios_code(Severity::kCritical), 2);
  EXPECT_EQ(nagios_code(Severity::kUnknown), 3);
}

}  // namespace
}  // namespace walstow
