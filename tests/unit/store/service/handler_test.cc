#include "proto/base/filesystem.h"
#include "proto/wire/report.h"
#include "tests/support/service_fixture.h"

namespace walstow {
namespace {

class HandlerTest : public ServiceTest {};

TEST_F(HandlerTest, ClusterIsMadeOnce) {
  EXPECT_EQ(ask(CreateCluster{"second"}).status, 201);
  EXPECT_EQ(code_of(ask(CreateCluster{"second"})), "exists");
  const auto clusters = parse_cluster_summaries(ask(ListClusters{}).body);
  ASSERT_EQ(clusters.size(), 2U);
  EXPECT_EQ(clusters[0].cluster, "main");
}

TEST_F(HandlerTest, EraThatIsTheNewestAlreadyIsRefused) {
  EXPECT_EQ(ask(OpenEra{"main", 7, 1U << 24}).status, 201);
  EXPECT_EQ(code_of(ask(OpenEra{"main", 7, 1U << 24})), "exists");
  EXPECT_EQ(ask(OpenEra{"main", 7, 1U << 25}).status, 201);  // a new segment size
}

TEST_F(HandlerTest, CheckLeavesNothingBehind) {
  const CheckReport report = parse_check_report(ask(CheckStore{"main"}).body);
  EXPECT_EQ(report.cluster, "main");
  for (const auto& entry : fs::recursive_directory_iterator(archive_folder / "_probe")) {
    EXPECT_FALSE(fs::is_regular_file(entry.status())) << entry.path();
  }
}

TEST_F(HandlerTest, PositionGoesAlongWithAGet) {
  EXPECT_EQ(put("000000010000000000000001").status, 201);
  GetFile command = get_of("000000010000000000000001");
  command.instance = Instance{.id = std::string(32, 'b'), .sequence = 5, .host = "db2"};
  EXPECT_EQ(ask(command).status, 200);
  const auto positions = parse_cluster_report(ask(ClusterStatus{"main"}).body).positions;
  ASSERT_EQ(positions.size(), 1U);
  EXPECT_EQ(positions[0].lowest_handed, "000000010000000000000001");
  EXPECT_EQ(positions[0].client, "tester");
}

TEST_F(HandlerTest, StandbyThatFindsTheEndTellsWhatItWasHandedLast) {
  for (const char* const name : {"000000010000000000000001", "000000010000000000000002"}) {
    EXPECT_EQ(put(name).status, 201);
  }
  Instance instance{.id = std::string(32, 'b'), .sequence = 0, .host = "db2"};
  const auto asked = [&](std::string_view name) {
    GetFile command = get_of(name);
    ++instance.sequence;
    command.instance = instance;
    return ask(command).status;
  };
  const auto last_handed = [&] {
    const auto positions = parse_cluster_report(ask(ClusterStatus{"main"}).body).positions;
    return positions.empty() ? "none" : positions.front().last_handed;
  };
  EXPECT_EQ(asked("00000002.history"), 404);
  EXPECT_EQ(last_handed(), "none");
  EXPECT_EQ(asked("000000010000000000000001"), 200);
  EXPECT_EQ(asked("000000010000000000000002"), 200);
  instance.last_handed = file_named("000000010000000000000002");
  EXPECT_EQ(last_handed(), "000000010000000000000001");  // it was written just now
  EXPECT_EQ(asked("000000010000000000000003"), 404);
  EXPECT_EQ(last_handed(), "000000010000000000000002");
}

TEST_F(HandlerTest, AHeadTellsHowFarAStandbyIsAndHandsNothingOver) {
  for (const char* const name : {"000000010000000000000001", "000000010000000000000002"}) {
    EXPECT_EQ(put(name).status, 201);
  }
  const auto positions = [&] {
    return parse_cluster_report(ask(ClusterStatus{"main"}).body).positions;
  };
  GetFile command = get_of("000000010000000000000002");
  command.head_only = true;
  command.instance = Instance{.id = std::string(32, 'b'), .sequence = 1, .host = "db2"};
  EXPECT_EQ(ask(command).status, 200);
  EXPECT_TRUE(positions().empty());
  command.restartpoint = file_named("000000010000000000000001");
  command.instance->sequence = 2;
  command.instance->last_handed = file_named("000000010000000000000001");
  EXPECT_EQ(ask(command).status, 200);
  ASSERT_EQ(positions().size(), 1);
  EXPECT_EQ(positions()[0].last_handed, "000000010000000000000001");
  EXPECT_EQ(positions()[0].lowest_handed, "");
  EXPECT_EQ(positions()[0].restartpoint, "000000010000000000000001");
}

TEST_F(HandlerTest, ReportOfAnUnknownSystemHidesNoStandby) {
  EXPECT_EQ(put("000000010000000000000001").status, 201);
  Instance instance{.id = std::string(32, 'b'), .sequence = 1, .host = "db2"};
  const auto report = [&](std::uint64_t system) {
    ++instance.sequence;
    return ask(ReportPosition{"main", system, instance, file_named("000000010000000000000001")});
  };
  const auto positions = [&] {
    return parse_cluster_report(ask(ClusterStatus{"main"}).body).positions;
  };
  EXPECT_EQ(code_of(report(7)), "unknown-system");
  EXPECT_TRUE(positions().empty());
  EXPECT_EQ(report(samples::kSystem1Mb).status, 200);
  ASSERT_EQ(positions().size(), 1U);
  EXPECT_EQ(code_of(report(7)), "unknown-system");
  // Nor does a put that says it comes from a primary.
  const std::string name = "000000010000000000000002";
  PutFile other = put_of(name, segment_content(name));
  other.system_identifier = 7;
  other.instance = instance;
  other.instance->sequence += 1;
  other.instance->role = Instance::Role::kPrimary;
  EXPECT_EQ(code_of(ask(other, segment_content(name))), "other-system");
  ASSERT_EQ(positions().size(), 1U);
  EXPECT_EQ(positions()[0].restartpoint, "000000010000000000000001");
  EXPECT_FALSE(positions()[0].retired);
}

TEST_F(HandlerTest, ArchiveThatIsMountedAnewIsTheOneThatIsUsed) {
  const std::string name = "000000010000000000000001";
  const fs::path before = archive_folder.parent_path() / "before";
  fs::rename(archive_folder, before);
  fs::copy(before, archive_folder, fs::copy_options::recursive);
  EXPECT_EQ(put(name).status, 201);
  EXPECT_TRUE(fs::exists(object_path(name)));
}

TEST_F(HandlerTest, ArchiveThatIsMountedLateNeedsNoRestart) {
  const fs::path elsewhere = archive_folder.parent_path() / "unmounted";
  fs::rename(archive_folder, elsewhere);
  Handler late([this] { return open_archive_folder(archive_folder.string()); }, 1);
  const auto status = [&] {
    return std::get<Reply>(late.handle(to_request(Whoami{}), caller)).head.status;
  };
  EXPECT_EQ(status(), 503);
  fs::rename(elsewhere, archive_folder);
  EXPECT_EQ(status(), 200);
}

TEST_F(HandlerTest, MonitorIsServedMetricsAndTheStatusPageOnly) {
  const AddHold hold{.cluster = "main", .id = "0123456789ab", .reason = "an <audit>"};
  EXPECT_EQ(put("000000010000000000000001").status, 201);
  EXPECT_EQ(ask(hold).status, 201);
  caller = {.kind = Caller::Kind::kMonitor, .name = "metrics"};
  EXPECT_EQ(ask(ShowMetrics{}).status, 200);
  const Response page = ask(ShowPage{});
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(*page.fields.find("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(*page.fields.find("Cache-Control"), "no-store");
  EXPECT_EQ(*page.fields.find("X-Content-Type-Options"), "nosniff");
  EXPECT_TRUE(page.fields.find("Content-Security-Policy")->starts_with("default-src 'none'; "));
  EXPECT_NE(page.body.find("000000010000000000000001"), std::string::npos);
  EXPECT_NE(page.body.find("an &lt;audit&gt;"), std::string::npos) << "holds are a part of it";
  EXPECT_EQ(ask(ShowPage{.only = "other"}).status, 404);
  EXPECT_EQ(code_of(ask(Whoami{})), "no-right");
}

// The page tells it of every cluster.
TEST_F(HandlerTest, StatusPageNeedsARightInAllClusters) {
  ask_as_client({Right::kMonitor});
  EXPECT_EQ(code_of(ask(ShowPage{})), "no-right");
}

}  // namespace
}  // namespace walstow
