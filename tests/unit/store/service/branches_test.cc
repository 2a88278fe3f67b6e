// A timeline that one client opens while another one goes on with its parent: named in a status, in
// the log, and refused where the cluster says who may.
#include <gtest/gtest.h>

#include "proto/wire/new_timelines.h"
#include "proto/wire/report.h"
#include "store/files/timeline_permits.h"
#include "store/files/timeline_watch.h"
#include "tests/support/service_fixture.h"

namespace walstow {
namespace {

const std::string kOpened = "1\t0/300028\tno recovery target specified\n";

class BranchesTest : public ServiceTest {
 protected:
  void ask_as(const std::string& name) { caller.name = name; }
  std::vector<BranchReport> branches() {
    return parse_cluster_report(ask(ClusterStatus{"main"}).body).eras.at(0).branches;
  }
};

TEST_F(BranchesTest, StatusNamesTwoServers) {
  ask_as("primary1");
  ASSERT_EQ(put("000000010000000000000002").status, 201);
  ASSERT_EQ(put("000000010000000000000003").status, 201);
  ask_as("standby1");
  ASSERT_EQ(put("00000002.history", kOpened).status, 201);
  ASSERT_EQ(put("000000020000000000000003").status, 201);
  EXPECT_TRUE(branches().empty()) << "nobody goes on with timeline 1";
  ask_as("primary1");
  ASSERT_EQ(put("000000010000000000000004").status, 201);
  ASSERT_EQ(put("000000010000000000000005").status, 201);
  const auto found = branches();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].timeline, 2U);
  EXPECT_EQ(found[0].parent, 1U);
  EXPECT_EQ(found[0].left_at, "0/300028");
  EXPECT_EQ(found[0].client, "standby1");
  EXPECT_EQ(found[0].other_client, "primary1");
  EXPECT_EQ(found[0].newest, "000000010000000000000005");
  EXPECT_EQ(found[0].segments, 2U);
}

// The server that was promoted puts what was left of the parent.
TEST_F(BranchesTest, OneServerIsNone) {
  ASSERT_EQ(put("00000002.history", kOpened).status, 201);
  ASSERT_EQ(put("000000010000000000000004").status, 201);
  EXPECT_TRUE(branches().empty());
}

// A copy of a machine has its certificate, too.
TEST_F(BranchesTest, InstancesOfOneClientAreTwo) {
  PutFile history = put_of("00000002.history", kOpened);
  history.instance = Instance{.id = std::string(32, 'a'), .sequence = 1, .host = "copy"};
  ASSERT_EQ(ask(history, kOpened).status, 201);
  const std::string name = "000000010000000000000004";
  PutFile segment = put_of(name, segment_content(name));
  segment.instance = Instance{.id = std::string(32, 'b'), .sequence = 1, .host = "original"};
  ASSERT_EQ(ask(segment, segment_content(name)).status, 201);
  const auto found = branches();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].instance, std::string(32, 'a'));
  EXPECT_EQ(found[0].other_instance, std::string(32, 'b'));
}

TEST_F(BranchesTest, LogIsToldOnce) {
  TimelineWatch watch;
  const EraName era{1, samples::kSystem1Mb, 1U << 20};
  watch.opened(put_of("00000002.history", kOpened), era, "standby1",
               {.parent = Timeline{1}, .left_at = Lsn{0x300028}, .reason = ""});
  const auto went_on = [&](std::string_view name, const std::string& client) {
    return watch.went_on(put_of(name, ""), era, client).value_or("");
  };
  EXPECT_EQ(went_on("000000010000000000000003", "primary1"), "") << "the segment of the place";
  EXPECT_EQ(went_on("000000020000000000000004", "primary1"), "");
  EXPECT_EQ(went_on("000000010000000000000004", "standby1"), "");
  EXPECT_EQ(went_on("000000010000000000000004", "primary1"),
            "timeline 2 of client standby1 branched off timeline 1 at 0/300028, and client "
            "primary1 continues timeline 1 after that point: \"000000010000000000000004\"");
  EXPECT_EQ(went_on("000000010000000000000005", "primary1"), "");
}

TEST_F(BranchesTest, OnlySomeMayOpenTimelines) {
  ASSERT_EQ(put("000000010000000000000002").status, 201);
  const auto shown = [this] {
    return parse_new_timelines_report(ask(ShowNewTimelines{"main"}).body).clients;
  };
  EXPECT_EQ(shown(), std::nullopt);
  ASSERT_EQ(ask(SetNewTimelines{"main", ClientNames{"standby1"}}).status, 200);
  EXPECT_EQ(shown(), ClientNames{"standby1"});
  const Response refused = put("00000002.history", kOpened);
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(code_of(refused), "other-timelines");
  EXPECT_NE(refused.body.find("--new-timelines standby1,tester"), std::string::npos);
  EXPECT_EQ(put("000000010000000000000003").status, 201) << "segments are not concerned";

  ask_as("standby1");
  ASSERT_EQ(put("00000002.history", kOpened).status, 201);
  // Existing content is success, and a repeated put has not opened it.
  ask_as("tester");
  EXPECT_EQ(put("00000002.history", kOpened).status, 200);
  ASSERT_EQ(ask(SetNewTimelines{"main", {}}).status, 200);
  EXPECT_EQ(put("00000003.history", kOpened).status, 201);
}

// Nor what follows a history that is refused.
TEST_F(BranchesTest, SegmentsOfATimelineWithoutAHistory) {
  const std::string second = "000000020000000000000003";
  ASSERT_EQ(put("000000010000000000000002").status, 201);
  ASSERT_EQ(ask(SetNewTimelines{"main", ClientNames{"primary1"}}).status, 200);
  const Response refused = put(second);
  EXPECT_EQ(code_of(refused), "other-timelines");
  EXPECT_NE(refused.body.find("primary1,tester"), std::string::npos);
  EXPECT_EQ(code_of(put(second + ".partial", segment_content(second))), "other-timelines");
  EXPECT_EQ(put("000000010000000000000003").status, 201) << "timeline 1 has none";
  ask_as("primary1");
  EXPECT_EQ(put(second).status, 201) << "it may open them";
  ASSERT_EQ(put("00000003.history", kOpened).status, 201);
  // Once the history is there, a standby with archive_mode = always may.
  ask_as("tester");
  EXPECT_EQ(put("000000030000000000000003").status, 201);
  EXPECT_EQ(code_of(put("000000020000000000000004")), "other-timelines");
}

// The log of a server goes on in a new era where its segments have another size.
TEST_F(BranchesTest, HistoryOfAnEarlierEraIsOne) {
  ASSERT_EQ(put("000000010000000000000002").status, 201);
  ASSERT_EQ(put("00000002.history", kOpened).status, 201);
  ASSERT_EQ(ask(SetNewTimelines{"main", ClientNames{"primary1"}}).status, 200);
  const auto archive = open_archive_folder(archive_folder.string());
  const auto era = archive->open_era("main", samples::kSystem1Mb, 2U << 20, 2);
  ASSERT_TRUE(era);
  TimelinePermits permits;
  const auto is_refused = [&](std::string_view name) {
    return permits.refuse(*archive, era, put_of(name, ""), "standby1").has_value();
  };
  EXPECT_FALSE(is_refused("000000020000000000000003"));
  EXPECT_TRUE(is_refused("000000030000000000000003"));
  EXPECT_TRUE(is_refused("00000002.history")) << "it may have any content";
}

TEST(NewTimelines, NamesOfWhichNoneIsAny) {
  EXPECT_EQ(parse_new_timelines("any"), std::make_optional(std::optional<ClientNames>()));
  EXPECT_EQ(parse_new_timelines("any,standby1"), std::nullopt);
  EXPECT_EQ(parse_new_timelines("standby1,any"), std::nullopt);
}

TEST(NewTimelines, AnswerThatNamesNobodyIsNoList) {
  EXPECT_THROW(parse_new_timelines_report(
                   R"({"new_timelines":"a,a","by":"x","set":"2026-11-22T21:15:00Z"})"),
               Error);
}

TEST_F(BranchesTest, ImpossibleHistoriesAreRefused) {
  ASSERT_EQ(put("000000010000000000000002").status, 201);
  EXPECT_EQ(code_of(put("00000002.history", "1\t0/0\tx\n")), "bad-content");
  EXPECT_EQ(code_of(put("00000003.history", "1\t0/400028\tx\n2\t0/300028\tx\n")), "bad-content");
  // A promotion after an outage of the archive: the history comes first.
  EXPECT_EQ(put("00000002.history", "1\t0/80000028\tx\n").status, 201);
}

// Taken, and people are told: an honest one may look like that.
TEST_F(BranchesTest, DoubtfulHistoriesAreTold) {
  ASSERT_EQ(put("000000010000000000000002").status, 201);
  const auto warning = [this](std::string_view name, std::string_view content) {
    const Response response = put(name, content);
    EXPECT_EQ(response.status, 201);
    return parse_put_report(response.body).warning;
  };
  EXPECT_EQ(warning("00000002.history", "1\t0/40200028\tx\n"), "") << "1024 segments: an outage";
  EXPECT_NE(warning("00000003.history", "1\t0/40300028\tx\n").find("1025 segments after"),
            std::string::npos);
  EXPECT_EQ(warning("00000013.history", "1\t0/300028\tx\n"), "");
  EXPECT_NE(warning("00007FFF.history", "1\t0/300028\tx\n").find("its timeline is 32767"),
            std::string::npos);
}

}  // namespace
}  // namespace walstow
