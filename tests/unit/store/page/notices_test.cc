#include "store/page/notices.h"

#include <gtest/gtest.h>

#include "proto/wire/report_facts.h"
#include "tests/unit/store/page/page_fixture.h"

namespace walstow {
namespace {

using Level = Notice::Level;

class NoticesTest : public testing::Test {
 protected:
  std::vector<Notice> notices() {
    return notices_of({.snapshot = &snapshot, .requests = requests, .now = kNow, .clock = kClock});
  }
  ClusterReport& report() { return *snapshot.clusters.front().report; }
  // The one notice that there is.
  void expect(Level level, std::string_view mark) {
    const auto found = notices();
    ASSERT_EQ(found.size(), 1U) << mark;
    EXPECT_EQ(found.front().level, level) << mark;
    EXPECT_EQ(found.front().warning.mark, mark);
  }

  const Clock::time_point kClock = Clock::time_point(std::chrono::hours(1000));
  RequestMetrics requests{kNow - std::chrono::minutes(5)};
  ArchiveSnapshot snapshot = snapshot_of({well_cluster()});
};

TEST_F(NoticesTest, NothingIsWrong) {
  EXPECT_TRUE(notices().empty());
}

TEST_F(NoticesTest, Hole) {
  snapshot.clusters = {busy_cluster()};
  expect(Level::kProblem, "2 segments missing");
}

TEST_F(NoticesTest, ArchiveIsAway) {
  const auto found = notices_of({.requests = requests, .now = kNow});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().warning.mark, "NO ARCHIVE");
}

TEST_F(NoticesTest, ClusterThatCannotBeRead) {
  snapshot.clusters.front().report.reset();
  expect(Level::kProblem, "NOT READABLE");
}

TEST_F(NoticesTest, Quota) {
  report().quota = 100 << 20;
  report().stored_bytes = 84 << 20;
  EXPECT_TRUE(notices().empty());
  report().stored_bytes = 85 << 20;
  expect(Level::kRemark, "QUOTA");
  report().stored_bytes = 100 << 20;
  expect(Level::kProblem, "QUOTA");
}

TEST_F(NoticesTest, RefusedConnections) {
  requests.record_refused_connection(Code::kUnknownClient, kClock - std::chrono::minutes(9));
  expect(Level::kRemark, "REFUSED CONNECTIONS");
  EXPECT_NE(notices().front().warning.text.find("is not in the registry"), std::string::npos);
  requests.record_refused_connection(Code::kUnknownClient, kClock - std::chrono::minutes(11));
  EXPECT_TRUE(notices().empty());
}

TEST_F(NoticesTest, RefusedRequest) {
  const std::string cluster = report().cluster;
  requests.record({.kind = FinishedRequest::Kind::kPut, .cluster = cluster, .status = 201},
                  kClock - std::chrono::hours(2));
  requests.record({.kind = FinishedRequest::Kind::kPut,
                   .cluster = cluster,
                   .status = 507,
                   .refusal = Code::kStorage},
                  kClock - std::chrono::minutes(9));
  expect(Level::kRemark, "REFUSED");
  EXPECT_NE(notices().front().warning.text.find("\"storage\""), std::string::npos);
}

// The store has counted for five minutes, so the usual pause of 12 puts is 25 s.
TEST_F(NoticesTest, PutsThatStop) {
  auto& newest = report().eras.back().timelines.back().newest;
  const auto puts = [&](int count) {
    for (int i = 0; i < count; ++i) {
      requests.record(
          {.kind = FinishedRequest::Kind::kPut, .cluster = report().cluster, .status = 201},
          kClock);
    }
  };
  newest = kNow - std::chrono::minutes(6);
  puts(11);
  EXPECT_TRUE(notices().empty());
  puts(1);
  expect(Level::kRemark, "NO NEW WAL");
  EXPECT_NE(notices().front().warning.text.find("has received 12 files within the last 5 min"),
            std::string::npos);
  newest = kNow - std::chrono::seconds(250);
  EXPECT_TRUE(notices().empty());
}

TEST_F(NoticesTest, PutsBeforeTheClockWasSetBack) {
  report().eras.back().timelines.back().newest = kNow - std::chrono::minutes(6);
  const auto found = [&](RequestMetrics& counted) {
    for (int i = 0; i < 12; ++i) {
      counted.record(
          {.kind = FinishedRequest::Kind::kPut, .cluster = report().cluster, .status = 201},
          kClock);
    }
    return notices_of({.snapshot = &snapshot, .requests = counted, .now = kNow, .clock = kClock});
  };
  EXPECT_EQ(found(requests).size(), 1U);
  RequestMetrics counted_later{kNow + std::chrono::hours(1)};
  EXPECT_TRUE(found(counted_later).empty());
}

TEST_F(NoticesTest, StandbyHasMoreThanTheArchive) {
  const EraReport& era = report().eras.back();
  const SegmentRange& last = era.timelines.back().ranges.back();
  const auto name = parse_era_name(era.era).value();
  const SegmentSize size = segment_size_of(era).value();
  PositionReport standby{.client = "standby1",
                         .instance = std::string(32, 'a'),
                         .standby = "standby1",
                         .system = std::to_string(name.system_identifier),
                         .restartpoint = last.last,
                         .seen = kNow};
  report().positions = {standby};
  EXPECT_TRUE(notices().empty());
  // The segment that the primary is writing begins where the archive ends; the next one does not.
  const auto newest = segment_named(last.last, size).value();
  const auto named = [&](SegmentNumber number) {
    return WalFileName::segment(Timeline{era.timelines.back().timeline}, number, size).text();
  };
  report().positions.front().restartpoint = named(SegmentNumber{newest.value + 1});
  EXPECT_TRUE(notices().empty());
  report().positions.front().restartpoint = named(SegmentNumber{newest.value + 2});
  expect(Level::kProblem, "NOT ARCHIVED");
  report().positions.front().retired = true;
  EXPECT_TRUE(notices().empty());
}

TEST_F(NoticesTest, NoNewWal) {
  auto& timelines = report().eras.back().timelines;
  timelines.back().newest = kNow - std::chrono::minutes(59);
  EXPECT_TRUE(notices().empty());
  timelines.back().newest = kNow - std::chrono::minutes(61);
  timelines[1].newest = timelines[0].newest;
  expect(Level::kRemark, "NO NEW WAL");
  report().eras.clear();
  report().positions.clear();
  expect(Level::kRemark, "EMPTY");
}

// It is compared with the newest put, so that an idle cluster makes no standby silent.
TEST_F(NoticesTest, SilentStandby) {
  PositionReport& standby = report().positions.back();
  standby.seen = kNow - std::chrono::minutes(2) - std::chrono::hours(3);
  EXPECT_TRUE(notices().empty());
  standby.seen = *standby.seen - std::chrono::seconds(1);
  expect(Level::kRemark, "SILENT");
  standby.retired = true;
  EXPECT_TRUE(notices().empty());
}

TEST_F(NoticesTest, StandbyThatIsFarBehind) {
  PositionReport& standby = report().positions.back();
  standby.behind_bytes = std::uint64_t{5} << 30;
  EXPECT_TRUE(notices().empty());
  ++*standby.behind_bytes;
  expect(Level::kRemark, "FAR BEHIND");
}

TEST_F(NoticesTest, SharedId) {
  report().positions.back().others = {{}};
  expect(Level::kRemark, "SHARED");
}

TEST_F(NoticesTest, Verification) {
  report().verified = VerifyRecord{.ended = kNow - std::chrono::days(36), .objects = 5};
  expect(Level::kRemark, "VERIFICATION");
  report().verified->ended = kNow;
  EXPECT_TRUE(notices().empty());
  report().verified->problems = 1;
  expect(Level::kProblem, "VERIFICATION");
}

TEST_F(NoticesTest, DamagedRecordAndDoubtfulClock) {
  report().damaged = {"record x cannot be read"};
  expect(Level::kProblem, "DAMAGED");
  report().damaged.clear();
  report().eras.back().retention->clock = "it has jumped";
  expect(Level::kRemark, "CLOCK");
}

TEST_F(NoticesTest, WithdrawalThatIsHalfDone) {
  report().eras.back().withdrawn_files = {{.name = "00000002.history", .state = "withdrawn"}};
  EXPECT_TRUE(notices().empty());
  report().eras.back().withdrawn_files.front().state = "unfinished";
  expect(Level::kProblem, "HALF WITHDRAWN");
}

TEST_F(NoticesTest, FullDisk) {
  snapshot.medium.size = 1000;
  snapshot.medium.available = 50;
  EXPECT_TRUE(notices().empty());
  snapshot.medium.available = 49;
  expect(Level::kProblem, "DISK");
}

TEST_F(NoticesTest, OldState) {
  snapshot.taken = kNow - std::chrono::minutes(6);
  expect(Level::kProblem, "OLD STATE");
  snapshot.took = std::chrono::seconds(10);
  EXPECT_TRUE(notices().empty()) << "it is kept longer if reading takes longer";
}

TEST_F(NoticesTest, Certificates) {
  snapshot.clients = {{.client = "a", .certificate_until = kNow + std::chrono::days(31)},
                      {.client = "over-ssh"}};
  EXPECT_TRUE(notices().empty());
  snapshot.clients.front().certificate_until = kNow + std::chrono::days(29);
  expect(Level::kRemark, "CERTIFICATE");
  snapshot.clients.front().certificate_until = kNow - std::chrono::days(1);
  expect(Level::kProblem, "CERTIFICATE");
  snapshot.clients.assign(50, {.client = "b", .certificate_until = kNow});
  EXPECT_EQ(notices().size(), 11U) << "ten of them, and the number of the rest";

  snapshot.clients.clear();
  const DaemonState daemon{.certificate_until = kNow + std::chrono::days(3)};
  const auto found =
      notices_of({.snapshot = &snapshot, .daemon = &daemon, .requests = requests, .now = kNow});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().warning.text,
            " of the store: it expires in 3 days, on 1970-01-15T13:46:40Z");
}

TEST_F(NoticesTest, ProblemsComeFirst) {
  ClusterState other = busy_cluster();
  other.cluster = "other";
  report().quota = 22 << 20;
  snapshot.clusters.push_back(other);
  const auto found = notices();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].cluster, "other");
  EXPECT_EQ(found[1].warning.mark, "QUOTA");
}

}  // namespace
}  // namespace walstow
