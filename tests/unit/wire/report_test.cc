#include "proto/wire/report.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/base/error.h"
#include "proto/http/http.h"
#include "proto/wire/times_report.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

Time at(const char* text) {
  return parse_iso8601(text).value();
}

PutReport put_report() {
  return {.archive = "6a1f",
          .era = "001-5-16777216",
          .name = "000000010000000A000000FE.partial.00112233aabb",
          .digest = "00112233aabb445566778899ccddeeff",
          .raw_size = 16777216,
          .stored_size = 18446744073709551615U,
          .warning = "of no use"};
}

PeriodBackupReport period_backup() {
  return {.name = "000000010000000000000002.00000028.backup",
          .put_by = "primary1",
          .month = "2026-10",
          .year = "2026",
          .first = "000000010000000000000002",
          .last = "000000010000000000000003"};
}

ClusterReport cluster_report() {
  const TimelineReport first{
      .timeline = 1,
      .parent = {},
      .left_parent_at = "",
      .ranges = {{"000000010000000000000001", "000000010000000000000003", 3},
                 {"000000010000000000000005", "000000010000000000000005", 1}},
      .ranges_left_out = 9876,
      .segments = 4,
      .raw_bytes = 67108864,
      .stored_bytes = 9876543,
      .partials = 1,
      .incompletes = 3,
      .backups = 2,
      .newest = at("2026-11-22T19:40:00Z"),
      .backup_files = {{.name = "000000010000000000000002.00000028.backup",
                        .era = "001-5-16777216",
                        .timeline = 1,
                        .start = "0/2000028",
                        .stop = "0/3000100",
                        .first = "000000010000000000000002",
                        .last = "000000010000000000000003",
                        .label = "nightly",
                        .started = at("2026-11-22T19:00:00Z"),
                        .stopped = at("2026-11-22T19:10:00Z"),
                        .put_by = "primary1",
                        .put = at("2026-11-22T19:10:01Z")},
                       BackupReport{.added = true, .pruned = true}},
      .pruned_gaps = 4};
  const TimelineReport second{.timeline = 4294967295,
                              .parent = 1,
                              .left_parent_at = "0/5000028",
                              .ranges = {},
                              .ranges_left_out = 0,
                              .segments = 0,
                              .raw_bytes = 0,
                              .stored_bytes = 0,
                              .partials = 0,
                              .backups = 0,
                              .newest = {}};
  const PositionReport reported{.client = "standby1",
                                .instance = "0123456789abcdef0123456789abcdef",
                                .standby = "reporting",
                                .host = "standby1.example",
                                .system = "18446744073709551615",
                                .restartpoint = "000000010000000000000002",
                                .lowest_handed = "000000010000000000000001",
                                .last_handed = "000000010000000000000003",
                                .seen = at("2026-11-22T19:41:07Z"),
                                .retired = true,
                                .behind_segments = 2,
                                .behind_bytes = 33554432,
                                .others = {{.restartpoint = "000000010000000000000005",
                                            .lowest_handed = "000000010000000000000004",
                                            .last_handed = "000000010000000000000006",
                                            .seen = at("2026-11-22T19:41:09Z")}}};
  return {
      .archive = "6a1f",
      .cluster = "main",
      .eras = {{.era = "001-5-16777216",
                .timelines = {first, second},
                .histories = 1,
                .conflicts = 2,
                .missing = 1,
                .withdrawn = 2,
                .missing_histories = {"00000004.history"},
                .newer_magic = "0xD130",
                .breaks = {{.file = "000000010000000000000003",
                            .before = "000000010000000000000002",
                            .at = "0/3000128"}},
                .more_breaks = true,
                .forked = ForkedTimeline{.highest = 3, .in_use = 2, .left_at = "0/3000060"},
                .holes = {{.era = "001-5-16777216",
                           .first = "000000010000000000000004",
                           .last = "000000010000000000000004",
                           .count = 1}},
                .withdrawn_files = {{.era = "001-5-16777216",
                                     .name = "00000003.history",
                                     .digest = "0123456789abcdef0123456789abcdef",
                                     .state = "withdrawn",
                                     .client = "db2",
                                     .put = at("2026-11-22T19:41:09Z"),
                                     .stored_size = 317,
                                     .followed = true,
                                     .by = "dba",
                                     .reason = "a trial",
                                     .at = at("2026-11-22T19:42:09Z")}},
                .branches = {{.timeline = 2,
                              .parent = 1,
                              .left_at = "0/3000060",
                              .client = "db2",
                              .instance = "a",
                              .put = at("2026-11-22T19:41:09Z"),
                              .other_client = "db1",
                              .other_instance = "b",
                              .newest = "000000010000000000000005",
                              .segments = 3,
                              .more = true}}},
               {.era = "002-6-16777216",
                .timelines = {},
                .histories = 0,
                .retention = RetentionReport{.policy = {},
                                             .floor = "0/1000000",
                                             .reason = "a hold",
                                             .notes = {"one", "two"},
                                             .files = 3,
                                             .stored_bytes = 4,
                                             .pruned = "0/500000",
                                             .clock = "it has jumped",
                                             .period_backups = {period_backup()}},
                .recoverable =
                    RecoverableReport{.backup = "000000010000000000000002.00000028.backup",
                                      .timeline = 2,
                                      .from = *parse_iso8601_micro("2026-11-22T19:40:00.000001Z"),
                                      .to = *parse_iso8601_micro("2026-11-22T19:41:00.999999Z"),
                                      .end = "0/7000000",
                                      .missing = "000000020000000000000007"}}},
      .positions = {reported, PositionReport{}},
      .damaged = {"record \"x\" is damaged"},
      .stored_bytes = 9876543,
      .quota = 10000000,
      .verified = VerifyRecord{.ended = at("2026-11-22T19:43:09Z"),
                               .deep = true,
                               .objects = 3,
                               .problems = 1,
                               .by = "dba"}};
}

std::vector<ClusterSummary> summaries() {
  return {{.cluster = "main", .newest_era = "002-6-16777216", .eras = 2},
          {.cluster = "test", .newest_era = "", .eras = 0}};
}

FilePage file_page() {
  return {.files = {{.era = "001-5-16777216",
                     .name = "000000010000000A000000FE",
                     .stored_size = 4321,
                     .put = at("2026-11-22T19:40:00Z")}},
          .next = "000000010000000A000000FE"};
}

WhoamiReport whoami_report() {
  return {.archive = "6a1f",
          .name = "primary1",
          .grants = {{.cluster = "main", .rights = {Right::kRestore, Right::kArchive}}},
          .certificate_until = at("2028-11-22T19:40:00Z")};
}

std::vector<ClientReport> clients() {
  const ClientReport primary{
      .client = "primary1",
      .public_key = "TUZr",
      .fingerprint = "sha256:0a",
      .grants = {{.cluster = "main", .rights = {Right::kArchive, Right::kRestore}},
                 {.cluster = "other", .rights = {Right::kRestore}}},
      .certificate_until = at("2028-11-22T19:40:00Z"),
      .added = at("2026-11-22T19:40:00Z")};
  const ClientReport administrator{.client = "root",
                                   .public_key = "TUZs",
                                   .fingerprint = "sha256:0b",
                                   .grants = {{.cluster = "*", .rights = {Right::kAdmin}}},
                                   .certificate_until = {},
                                   .added = at("2026-11-22T19:41:00Z")};
  return {primary, administrator};
}

CheckReport check_report() {
  return {.archive = "6a1f",
          .cluster = "main",
          .publish_microseconds = 6500,
          .read_microseconds = 900,
          .newest_era = "001-5-16777216"};
}

HolePage hole_page() {
  return {.holes = {{.era = "001-5-16777216",
                     .first = "000000010000000000000004",
                     .last = "000000010000000000000006",
                     .count = 3}},
          .next = "001-5-16777216/000000010000000000000006"};
}

TimesPage times_page() {
  const TimeMicro time = *parse_iso8601_micro("2026-11-22T19:40:00.000001Z");
  const SegmentTimes times{
      .earliest = time,
      .latest = time + std::chrono::seconds(7),
      .open_head = RecordHead(as_bytes("head")),
      .rest_head = RecordHead(as_bytes("the rest")),
      .rest_end = Lsn{0x4000028},
      .commits = 12,
      .first_record = Lsn{0x4000028},
      .last_record = Lsn{0x4FFFF00},
      .last_complete = Lsn{0x4FFFE00},
      .restore_points = {{.name = "before \"it\"", .time = time, .end = Lsn{0x4000100}}},
      .more_restore_points = true,
      .last_checkpoint_redo = Lsn{0x4000028},
      .unfinished_at = Lsn{0x4FFFFF0},
      .known = true};
  return {
      .segments = {{.era = "001-5-16777216", .name = "000000010000000000000004", .times = times},
                   {.era = "001-5-16777216", .name = "000000010000000000000005", .times = {}}},
      .next = "001-5-16777216/wal/0000000100000000/000000010000000000000005.zst"};
}

VerifyPage verify_page() {
  return {.objects = 3,
          .bytes = 4321,
          .passed_over = 2,
          .problems = {{.kind = VerifyProblem::Kind::kDamaged,
                        .object = "001-5-16777216/wal/0000000100000000/a.zst",
                        .file = "000000010000000000000004",
                        .problem = "it ends"},
                       {.kind = VerifyProblem::Kind::kUnfinished, .object = "b", .file = "c"},
                       {.kind = VerifyProblem::Kind::kForeign, .object = "d", .file = ""}},
          .next = "001-5-16777216/x"};
}

TEST(ReportTest, TimesOfAnotherFormAreRefused) {
  const std::string sound = to_json(times_page());
  ASSERT_EQ(parse_times_page(sound), times_page());
  for (const auto& [part, other] :
       {std::pair{"\"commits\":12", "\"commits\":-1"},
        std::pair{"2026-11-22T19:40:07.000001Z", "2026-11-22T19:40:07Z"},
        std::pair{"\"0/4FFFF00\"", "7"}, std::pair{"\"end\":\"0/4000100\"", "\"end\":null"},
        std::pair{"\"open_head\":\"68656164\"", "\"open_head\":\"6865616\""},
        std::pair{"\"rest_end\":\"0/4000028\"", "\"rest_end\":\"\""},
        std::pair{"\"known\":true", "\"known\":\"true\""}}) {
    std::string body = sound;
    ASSERT_NE(body.find(part), std::string::npos) << part;
    body.replace(body.find(part), std::string_view(part).size(), other);
    EXPECT_EQ(kind_thrown([&] { parse_times_page(body); }), ErrorKind::kUnavailable) << other;
  }
}

TEST(ReportTest, AStoreOfAnEarlierReleaseDoesNotReportPartsOfRecords) {
  std::string body = to_json(times_page());
  const auto remove = [&body](const std::string& member) {
    ASSERT_NE(body.find(member), std::string::npos) << member;
    body.erase(body.find(member), member.size());
  };
  remove(R"("open_head":"68656164",)");
  remove(R"("rest_head":"7468652072657374",)");
  remove(R"("rest_end":"0/4000028",)");
  TimesPage page = times_page();
  page.segments[0].times.open_head = page.segments[0].times.rest_head = RecordHead();
  page.segments[0].times.rest_end.reset();
  EXPECT_EQ(parse_times_page(body), page) << "the last record continues";
  page.segments[0].times.last_complete = page.segments[0].times.last_record;
  page.segments[0].times.open_head.reset();
  body.replace(body.find("0/4FFFE00"), 9, "0/4FFFF00");
  EXPECT_EQ(parse_times_page(body), page);
}

TEST(ReportTest, SurvivesTheWay) {
  EXPECT_EQ(parse_hole_page(to_json(hole_page())), hole_page());
  EXPECT_EQ(parse_hole_page(to_json(HolePage{})), HolePage{});
  EXPECT_EQ(parse_times_page(to_json(times_page())), times_page());
  EXPECT_EQ(parse_times_page(to_json(TimesPage{})), TimesPage{});
  EXPECT_EQ(parse_verify_page(to_json(verify_page())), verify_page());
  EXPECT_EQ(parse_verify_page(to_json(VerifyPage{})), VerifyPage{});
  using Result = SetAsideReport::Result;
  for (const Result result : {Result::kAside, Result::kWhole, Result::kNeeded, Result::kGone}) {
    const SetAsideReport report{.object = "x", .result = result, .reason = "y"};
    EXPECT_EQ(parse_set_aside_report(to_json(report)), report);
  }
  EXPECT_EQ(parse_put_report(to_json(put_report())), put_report());
  EXPECT_EQ(parse_cluster_report(to_json(cluster_report())), cluster_report());
  EXPECT_EQ(parse_cluster_report(to_json(ClusterReport{})), ClusterReport{});
  EXPECT_EQ(parse_cluster_summaries(to_json(summaries())), summaries());
  EXPECT_EQ(parse_cluster_summaries(to_json(std::vector<ClusterSummary>{})),
            std::vector<ClusterSummary>{});
  EXPECT_EQ(parse_file_page(to_json(file_page())), file_page());
  EXPECT_EQ(parse_file_page(to_json(FilePage{})), FilePage{});
  EXPECT_EQ(parse_whoami_report(to_json(whoami_report())), whoami_report());
  EXPECT_EQ(parse_whoami_report(to_json(WhoamiReport{})), WhoamiReport{});
  EXPECT_EQ(parse_check_report(to_json(check_report())), check_report());
  EXPECT_EQ(parse_client_reports(to_json(clients())), clients());
  EXPECT_EQ(parse_client_reports(to_json(std::vector<ClientReport>{})),
            std::vector<ClientReport>{});
}

// A store of an earlier release leaves out what it does not know.
TEST(ReportTest, AStatusWithoutLaterMembersIsUnderstood) {
  const ClusterReport report = parse_cluster_report(
      R"({"archive":"a","cluster":"main","eras":[{"era":"001-5-16777216","timelines":[{"timeline":1,)"
      R"("parent":null,"left_parent_at":"","ranges":[],"ranges_left_out":0,"segments":0,)"
      R"("raw_bytes":0,"stored_bytes":0,"partials":0,"incompletes":0,"backups":0,"newest":null}],)"
      R"("histories":0,"conflicts":0}],"positions":[{"client":"c","instance":"i","standby":"",)"
      R"("host":"h","system":"5","restartpoint":"","lowest_handed":"","last_handed":"",)"
      R"("seen":null,"retired":false}]})");
  EXPECT_EQ(report.eras.at(0).missing, 0U);
  EXPECT_TRUE(report.eras.at(0).timelines.at(0).backup_files.empty());
  EXPECT_FALSE(report.eras.at(0).retention);
  EXPECT_TRUE(report.damaged.empty());
  EXPECT_FALSE(report.positions.at(0).behind_segments);
  EXPECT_TRUE(report.positions.at(0).others.empty());
}

// What lies in an archive may have any text; a body has its bound all the same.
TEST(ReportTest, AProblemIsBoundedAndOnOneLine) {
  VerifyPage page;
  for (int i = 0; i < 1000; ++i) {
    page.problems.push_back({.object = "o", .file = "f", .problem = std::string(5000, '\n')});
  }
  const std::string body = to_json(page);
  EXPECT_LT(body.size(), kLargestJson);
  EXPECT_EQ(body.find('\n'), body.size() - 1);
}

// Other programs read these: the order of the fields is for people, the names are promised.
TEST(ReportTest, HasAStableForm) {
  EXPECT_EQ(to_json(put_report()),
            "{\"archive\":\"6a1f\",\"era\":\"001-5-16777216\","
            "\"name\":\"000000010000000A000000FE.partial.00112233aabb\","
            "\"digest\":\"00112233aabb445566778899ccddeeff\","
            "\"raw_size\":16777216,\"stored_size\":18446744073709551615,"
            "\"warning\":\"of no use\"}\n");
  EXPECT_EQ(to_json(whoami_report()),
            "{\"archive\":\"6a1f\",\"name\":\"primary1\","
            "\"grants\":[{\"cluster\":\"main\",\"rights\":[\"archive\",\"restore\"]}],"
            "\"certificate_until\":\"2028-11-22T19:40:00Z\"}\n");
  EXPECT_EQ(to_json(clients()),
            "{\"clients\":[{\"client\":\"primary1\",\"public_key\":\"TUZr\","
            "\"fingerprint\":\"sha256:0a\","
            "\"grants\":[{\"cluster\":\"main\",\"rights\":[\"archive\",\"restore\"]},"
            "{\"cluster\":\"other\",\"rights\":[\"restore\"]}],"
            "\"certificate_until\":\"2028-11-22T19:40:00Z\",\"added\":\"2026-11-22T19:40:00Z\"},"
            "{\"client\":\"root\",\"public_key\":\"TUZs\",\"fingerprint\":\"sha256:0b\","
            "\"grants\":[{\"cluster\":\"*\",\"rights\":[\"admin\"]}],"
            "\"certificate_until\":null,\"added\":\"2026-11-22T19:41:00Z\"}]}\n");
  EXPECT_EQ(to_json(check_report()),
            "{\"archive\":\"6a1f\",\"cluster\":\"main\",\"publish_microseconds\":6500,"
            "\"read_microseconds\":900,\"newest_era\":\"001-5-16777216\"}\n");
  EXPECT_EQ(to_json(file_page()),
            "{\"files\":[{\"era\":\"001-5-16777216\",\"name\":\"000000010000000A000000FE\","
            "\"stored_size\":4321,\"put\":\"2026-11-22T19:40:00Z\"}],"
            "\"next\":\"000000010000000A000000FE\"}\n");
  EXPECT_EQ(to_json(summaries()),
            "{\"clusters\":[{\"cluster\":\"main\",\"newest_era\":\"002-6-16777216\",\"eras\":2},"
            "{\"cluster\":\"test\",\"newest_era\":\"\",\"eras\":0}]}\n");

  ClusterReport report = cluster_report();
  report.eras[0].timelines[0].ranges.resize(1);
  report.eras[0].timelines.resize(1);
  report.eras.resize(1);
  report.positions.resize(1);
  EXPECT_EQ(
      to_json(report),
      "{\"archive\":\"6a1f\",\"cluster\":\"main\",\"eras\":[{\"era\":\"001-5-16777216\","
      "\"timelines\":[{\"timeline\":1,\"parent\":null,\"left_parent_at\":\"\",\"ranges\":[{"
      "\"first\":\"000000010000000000000001\",\"last\":\"000000010000000000000003\",\"count\":3}],"
      "\"ranges_left_out\":9876,\"segments\":4,\"raw_bytes\":67108864,\"stored_bytes\":9876543,"
      "\"partials\":1,\"incompletes\":3,"
      "\"backups\":2,\"newest\":\"2026-11-22T19:40:00Z\",\"backup_files\":[{"
      "\"name\":\"000000010000000000000002.00000028.backup\","
      "\"era\":\"001-5-16777216\",\"timeline\":1,"
      "\"start\":\"0/2000028\",\"stop\":\"0/3000100\","
      "\"first\":\"000000010000000000000002\",\"last\":\"000000010000000000000003\","
      "\"label\":\"nightly\","
      "\"started\":\"2026-11-22T19:00:00Z\",\"stopped\":\"2026-11-22T19:10:00Z\","
      "\"added\":false,\"pruned\":false,"
      "\"put_by\":\"primary1\",\"put\":\"2026-11-22T19:10:01Z\"},"
      "{\"name\":\"\",\"era\":\"\",\"timeline\":0,\"start\":\"\",\"stop\":\"\",\"first\":\"\","
      "\"last\":\"\",\"label\":\"\",\"started\":null,\"stopped\":\"1970-01-01T00:00:00Z\","
      "\"added\":true,\"pruned\":true,\"put_by\":\"\",\"put\":null}],\"pruned_gaps\":4}],"
      "\"histories\":1,\"conflicts\":2,\"missing\":1,\"missing_histories\":[\"00000004.history\"],"
      "\"newer_magic\":\"0xD130\","
      "\"breaks\":[{\"file\":\"000000010000000000000003\",\"before\":\"000000010000000000000002\","
      "\"at\":\"0/3000128\"}],\"more_breaks\":true,"
      "\"forked\":{\"highest\":3,\"in_use\":2,\"left_at\":\"0/3000060\"},"
      "\"branches\":[{\"timeline\":2,\"parent\":1,\"left_at\":\"0/3000060\",\"client\":\"db2\","
      "\"instance\":\"a\",\"put\":\"2026-11-22T19:41:09Z\",\"other_client\":\"db1\","
      "\"other_instance\":\"b\",\"newest\":\"000000010000000000000005\",\"segments\":3,"
      "\"more\":true}],\"withdrawn\":2,\"withdrawn_files\":[{\"era\":\"001-5-16777216\","
      "\"name\":\"00000003.history\",\"digest\":\"0123456789abcdef0123456789abcdef\","
      "\"state\":\"withdrawn\",\"client\":\"db2\",\"put\":\"2026-11-22T19:41:09Z\","
      "\"stored_size\":317,\"followed\":true,\"by\":\"dba\",\"reason\":\"a trial\","
      "\"at\":\"2026-11-22T19:42:09Z\"}],\"holes\":[{"
      "\"era\":\"001-5-16777216\",\"first\":\"000000010000000000000004\","
      "\"last\":\"000000010000000000000004\",\"count\":1}],\"retention\":null,"
      "\"recoverable\":null}],"
      "\"positions\":[{"
      "\"client\":\"standby1\",\"instance\":\"0123456789abcdef0123456789abcdef\","
      "\"standby\":\"reporting\",\"host\":\"standby1.example\",\"system\":\"18446744073709551615\","
      "\"restartpoint\":\"000000010000000000000002\","
      "\"lowest_handed\":\"000000010000000000000001\","
      "\"last_handed\":\"000000010000000000000003\",\"seen\":\"2026-11-22T19:41:07Z\","
      "\"retired\":true,\"behind_segments\":2,\"behind_bytes\":33554432,\"others\":[{"
      "\"restartpoint\":\"000000010000000000000005\","
      "\"lowest_handed\":\"000000010000000000000004\","
      "\"last_handed\":\"000000010000000000000006\",\"seen\":\"2026-11-22T19:41:09Z\"}]}],"
      "\"damaged\":[\"record \\\"x\\\" is damaged\"],"
      "\"stored_bytes\":9876543,\"quota\":10000000,"
      "\"verified\":{\"ended\":\"2026-11-22T19:43:09Z\",\"deep\":true,\"objects\":3,"
      "\"problems\":1,\"by\":\"dba\"}}\n");
}

TEST(ReportTest, UnknownFieldsAreIgnored) {
  const WhoamiReport report = parse_whoami_report(
      R"({"later":{"a":[null]},"archive":"a","name":"n","grants":[],"certificate_until":null,"more":1e5})");
  EXPECT_EQ(report.name, "n");
}

TEST(ReportTest, IsJsonWhateverBytesANameHas) {
  WhoamiReport report = whoami_report();
  report.name = "m\xfcller\n";
  EXPECT_EQ(parse_whoami_report(to_json(report)).name, "m\\xfcller\\x0a");
}

TEST(ReportTest, AnythingElseIsAnError) {
  const std::string bodies[] = {
      "",
      "null",
      "[]",
      "<html></html>",
      "{}",
      R"({"archive":"a","era":"e","name":"n","digest":"d","raw_size":1})",
      R"({"archive":"a","era":"e","name":"n","raw_size":1,"stored_size":1})",
      R"({"archive":"a","era":"e","name":"n","digest":"d","raw_size":"1","stored_size":1})",
      R"({"archive":"a","era":"e","name":"n","digest":"d","raw_size":-1,"stored_size":1})",
      R"({"archive":"a","era":"e","name":"n","digest":"d","raw_size":1.5,"stored_size":1})",
      R"({"archive":"a","era":"e","name":"n","digest":"d","raw_size":1,"stored_size":1,"x":[1e400]})",
      R"({"archive":"a","era":"e","name":null,"digest":"d","raw_size":1,"stored_size":1})",
      R"({"archive":"a","era":"e","name":"n","digest":"d","raw_size":1,"stored_size":1}x)",
      R"({"archive":"a","era":"e","name":"n","digest":"d","raw_size":1,"stored_size":1})" +
          std::string(kLargestJson, ' '),
  };
  for (const std::string& body : bodies) {
    try {
      parse_put_report(body);
      FAIL() << body.substr(0, 100);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
    }
  }
}

TEST(ReportTest, EachMemberHasItsType) {
  const std::string good = to_json(cluster_report());
  const std::pair<const char*, const char*> replacements[] = {
      {"\"timeline\":1,", "\"timeline\":4294967296,"},
      {"\"parent\":null", "\"parent\":\"1\""},
      {"\"newest\":null", "\"newest\":\"yesterday\""},
      {"\"newest\":null", "\"newest\":5"},
      {"\"ranges\":[]", "\"ranges\":{}"},
      {"\"ranges\":[]", "\"ranges\":[5]"},
      {"\"retired\":true", "\"retired\":1"},
      {"\"seen\":null", "\"seen\":\"\""},
      {"\"seen\":null", "\"unseen\":null"},
      {"\"positions\":[", "\"positions\":[[],"},
  };
  for (const auto& [from, to] : replacements) {
    std::string body = good;
    const std::size_t position = body.find(from);
    ASSERT_NE(position, std::string::npos) << from;
    body.replace(position, std::string(from).size(), to);
    EXPECT_THROW(parse_cluster_report(body), Error) << to;
  }
}

WhoamiReport whoami_with(const std::string& grants) {
  return parse_whoami_report(R"({"archive":"a","name":"n","certificate_until":null,"grants":)" +
                             grants + "}");
}

TEST(ReportTest, GrantsHaveTheirForm) {
  EXPECT_EQ(whoami_with("[]").grants, Grants{});
  for (const char* grants : {
           "null",
           "{}",
           R"(["main"])",
           R"([{"cluster":"main"}])",
           R"([{"rights":["admin"]}])",
           R"([{"cluster":5,"rights":["admin"]}])",
           R"([{"cluster":"../x","rights":["admin"]}])",
           R"([{"cluster":"main","rights":"admin"}])",
           R"([{"cluster":"main","rights":[1]}])",
       }) {
    EXPECT_THROW(whoami_with(grants), Error) << grants;
  }
}

TEST(ReportTest, RightOfALaterReleaseGrantsNothing) {
  const Grants grants = whoami_with(R"([{"cluster":"main","rights":["fly","restore"]}])").grants;
  EXPECT_EQ(grants, (Grants{{.cluster = "main", .rights = {Right::kRestore}}}));
}

}  // namespace
}  // namespace walstow
