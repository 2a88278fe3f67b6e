#include "proto/wire/command.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/base/error.h"
#include "tests/support/thrown.h"
#include "tests/unit/wire/wire_fixture.h"

namespace walstow {
namespace {

using namespace fixture;  // NOLINT(google-build-using-namespace): test vocabulary

template <class Kind, class Change>
Command changed(Kind command, Change change) {
  change(command);
  return command;
}

const char* const kId = "0123456789ab";

// Every kind, every member away from its default at least once, every bound.
Digest add_digest() {
  return *parse_digest("0123456789abcdef0123456789abcdef");
}

Sha256Digest sha256() {
  Sha256Digest digest{};
  digest.fill(std::byte{0xA5});
  return digest;
}

std::vector<Command> commands() {
  const PutFile put = put_of(kSegmentName);
  const GetFile get = get_of(kSegmentName);
  return {
      put,
      changed(put, [](PutFile& c) { c.segment_size.reset(); }),
      changed(put, [](PutFile& c) { c.encoding = Encoding::kZstd; }),
      changed(put, [](PutFile& c) { c.ask_first = true; }),
      changed(put, [](PutFile& c) { c.instance = instance(); }),
      changed(put, [](PutFile& c) { c.system_identifier = 18446744073709551615U; }),
      changed(put, [](PutFile& c) { c.cluster = std::string(63, 'x'); }),
      changed(put, [](PutFile& c) { c.cluster = "9-B_z"; }),
      changed(put,
              [](PutFile& c) {
                c.segment_size = megabytes(1024);
                c.raw_size = std::uint64_t{1} << 30;
                c.file = file("000000010000000A00000003");
              }),
      changed(put,
              [](PutFile& c) {
                c.segment_size = megabytes(1);
                c.raw_size = 1 << 20;
                c.file = file("000000010000000A00000FFF");
              }),
      changed(put, [](PutFile& c) { c.file = file("000000010000000A000000FE.partial"); }),
      changed(put,
              [](PutFile& c) {
                c.file = file("000000010000000A000000FE.00000028.backup");
                c.raw_size = 1 << 20;
              }),
      changed(put,
              [](PutFile& c) {
                c.file = file("00000002.history");
                c.raw_size = 0;
                c.segment_size.reset();
              }),
      ConfirmFile{put, sha256()},
      get,
      changed(get, [](GetFile& c) { c.head_only = true; }),
      changed(get, [](GetFile& c) { c.accept = Encoding::kIdentity; }),
      changed(get, [](GetFile& c) { c.system_identifier.reset(); }),
      changed(get, [](GetFile& c) { c.request_id.clear(); }),
      changed(get, [](GetFile& c) { c.request_id = std::string(64, '~'); }),
      changed(get, [](GetFile& c) { c.file = file("00000001.history"); }),
      changed(get,
              [](GetFile& c) {
                c.instance = instance();
                c.restartpoint = file("000000010000000A000000F0");
              }),
      changed(get,
              [](GetFile& c) {
                c.instance = instance();
                c.instance->standby.clear();
                c.instance->role = Instance::Role::kPrimary;
                c.instance->host = std::string(255, 'h');
              }),
      changed(get,
              [](GetFile& c) {
                c.instance = instance();
                c.instance->last_handed = file("000000010000000A000000FD");
                c.instance->boot = "fedcba9876543210fedcba9876543210";
              }),
      ListFiles{.cluster = "main", .after = {}, .limit = 1000, .range = {}},
      ListFiles{.cluster = "main",
                .after = "a/b?c&d=e f%",
                .limit = 1,
                .range = {.timeline = Timeline{10}, .from = file(kSegmentName)}},
      ListHoles{.cluster = "main", .after = {}, .limit = 1000, .range = {}},
      ListHoles{.cluster = "main",
                .after = "001-5-1048576/000000010000000A000000FE",
                .limit = 7,
                .range = {.timeline = Timeline{1},
                          .from = file("00000001.history"),
                          .to = file("000000010000000A000000FE.partial")}},
      ListTimes{.cluster = "main",
                .after = "001-5-1048576/wal/0000000100000000/x.zst",
                .limit = 7,
                .range = {.timeline = Timeline{1}, .from = file(kSegmentName)}},
      VerifyFiles{.cluster = "main", .after = {}, .range = {}, .since = {}},
      VerifyFiles{.cluster = "main",
                  .after = "001-5-1048576/wal/x",
                  .limit = 1,
                  .range = {.to = file(kSegmentName)},
                  .since = parse_iso8601("2026-11-22T19:40:00Z"),
                  .depth = VerifyFiles::Depth::kContent,
                  .jobs = kMostJobs,
                  .most_bytes = 18446744073709551615U},
      SetAside{"main", "001-5-1048576/wal/0000000100000000/000000010000000000000003.zst"},
      ClusterStatus{"main"},
      ListClusters{},
      CreateCluster{"main"},
      OpenEra{.cluster = "main", .system_identifier = kSystemIdentifier, .segment_size = 64 << 20},
      position(),
      Whoami{},
      ShowMetrics{},
      ShowPage{},
      ShowPage{.only = "main"},
      CheckStore{"main"},
      ListConflicts{.cluster = "main", .file = {}},
      ListConflicts{.cluster = "main", .file = file("00000002.history")},
      ListConflicts{.cluster = "main", .page = {.after = "998/x", .limit = 7}},
      AcceptContent{"main", file("000000010000000A000000FE"), "0123456789ab"},
      ListClients{},
      add_client(),
      changed(add_client(), [](AddClient& c) { c.certificate_until.reset(); }),
      changed(add_client(), [](AddClient& c) { c.client = std::string(63, 'x'); }),
      changed(add_client(),
              [](AddClient& c) {
                c.grants = {{.cluster = "*", .rights = {Right::kAdmin}},
                            {.cluster = "9-B_z", .rights = {Right::kRestore, Right::kArchive}}};
              }),
      ChangeClient{.client = "a.b-c_d", .grants = add_client().grants},
      ChangeClient{.client = "a", .grants = add_client().grants, .if_grants = add_client().grants},
      ChangeClient{.client = "9", .certificate_until = add_client().certificate_until},
      RemoveClient{"standby1.example"},
      AddHold{"main", kId, LogPosition(Lsn{0xA00000028}), LogPosition(file(kSegmentName)),
              "audit of 11"},
      AddHold{"main", kId, LogPosition(file(kSegmentName)), {}, "x"},
      RemoveHold{"main", kId},
      ListHolds{"main"},
      AddBackup{"main", kId, LogPosition(file(kSegmentName)), Lsn{0xB00000000}, Timeline{1},
                *parse_iso8601("2026-11-22T19:40:00Z"), "of a snapshot"},
      RemoveBackup{"main", kId},
      ListBackups{"main"},
      ListStandbys{"main"},
      ForgetStandby{"main", "a/b c", std::string(32, 'a')},
      PlanPrune{"main", {}},
      PlanPrune{"main",
                {.keep_backups = 2,
                 .keep_days = 0,
                 .before = LogPosition(file("000000010000000A000000FE.00000028.backup")),
                 .backup_label = "night*",
                 .standby_limit_days = 30}},
      BeginPrune{"main", {.keep_backups = 36500, .keep_days = 36500}, Lsn{0xA00000000}},
      BeginPrune{"main", {.timeline = Timeline{7}}, {}},
      PlanPrune{"main", {.keep_backups = 1, .keep_days = 0, .keep_monthly = 1200}},
      BeginPrune{"main",
                 {.keep_backups = 0, .keep_days = 0, .keep_monthly = 0, .keep_yearly = 100},
                 {},
                 EraName{1, 7, 1U << 20}},
      BeginPrune{"main", {.keep_backups = 0, .keep_days = 7}, {}, EraName{1, 7, 1U << 20}},
      PlanPrune{"main", {}, EraName{12, 7, 1U << 24}},
      ContinuePrune{"main", 999999},
      ContinuePrune{"main", 1, EraName{1, 7, 1U << 20}},
      AbandonPrune{"main"},
      AbandonPrune{"main", EraName{1, 7, 1U << 20}},
      SetPolicy{"main", {.keep_backups = 2, .keep_days = 14}},
      SetPolicy{"main", {.keep_backups = 2, .keep_days = 14, .keep_monthly = 12, .keep_yearly = 3}},
      SetPolicy{.cluster = "main", .quota = 0},
      SetPolicy{"main", {.keep_backups = 2, .keep_days = 14}, std::uint64_t{1} << 40},
      SetPolicy{
          "main",
          {.keep_backups = 1, .keep_days = 0, .backup_label = "night*", .standby_limit_days = 0}},
      ShowPolicy{"main"},
      RemovePolicy{"main"},
      ListWithdrawn{.cluster = "main"},
      ListWithdrawn{.cluster = "main",
                    .name = "000000010000000A000000FE.partial.0123456789ab",
                    .page = {.after = "001-7-1048576/withdrawn/x", .limit = 7}},
      WithdrawFile{"main", "00000002.history", add_digest(), "Prüfung"},
      ReturnFile{"main", "00000002.history", add_digest()},
      PurgeFile{"main", "00000002.history", add_digest()},
      SetNewTimelines{"main", {}},
      SetNewTimelines{"main", ClientNames{"primary1", "a.b-c_d"}},
      ShowNewTimelines{"main"},
  };
}

TEST(CommandTest, SurvivesTheWay) {
  for (const Command& command : commands()) {
    const RequestHead request = to_request(command);
    SCOPED_TRACE(std::string(to_string(request.method)) + " " + request.target);
    const auto parsed = parse_request(request);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    EXPECT_EQ(parsed.value(), command);
  }
}

TEST(CommandTest, AlwaysSaysTheVersion) {
  for (const Command& command : commands()) {
    const RequestHead request = to_request(command);
    const std::string* version = request.fields.find(field::kVersion);
    ASSERT_NE(version, nullptr) << request.target;
    EXPECT_EQ(*version, "1");
  }
}

// The form is agreed with other programs, so it is written out once for each method and path.
TEST(CommandTest, HasAStableForm) {
  const std::pair<Command, const char*> forms[] = {
      {put_of(kSegmentName), "PUT /v1/clusters/main/wal/000000010000000A000000FE"},
      {get_of(kSegmentName), "GET /v1/clusters/main/wal/000000010000000A000000FE"},
      {ConfirmFile{put_of(kSegmentName), sha256()},
       "POST /v1/clusters/main/wal/000000010000000A000000FE"},
      {changed(get_of(kSegmentName), [](GetFile& c) { c.head_only = true; }),
       "HEAD /v1/clusters/main/wal/000000010000000A000000FE"},
      {ListFiles{.cluster = "main",
                 .after = "001/X",
                 .limit = 7,
                 .range = {.timeline = Timeline{31},
                           .from = file("00000001.history"),
                           .to = file(kSegmentName)}},
       "GET /v1/clusters/main/wal?limit=7&after=001%2FX&timeline=0000001F&from=00000001.history&to="
       "000000010000000A000000FE"},
      {ListHoles{.cluster = "main", .after = {}, .limit = 7, .range = {}},
       "GET /v1/clusters/main/holes?limit=7"},
      {ListTimes{.cluster = "main", .after = {}, .limit = 7, .range = {}},
       "GET /v1/clusters/main/times?limit=7"},
      {VerifyFiles{.cluster = "main",
                   .after = {},
                   .range = {},
                   .since = parse_iso8601("2026-11-22T19:40:00Z"),
                   .depth = VerifyFiles::Depth::kContent,
                   .jobs = 4,
                   .most_bytes = 5},
       "POST /v1/clusters/main/verify?limit=1000&since=2026-11-22T19%3A40%3A00Z&deep=1&jobs=4&"
       "bytes=5"},
      {SetAside{"main", "001/wal/X.zst"}, "POST /v1/clusters/main/aside?object=001%2Fwal%2FX.zst"},
      {ClusterStatus{"main"}, "GET /v1/clusters/main"},
      {ListClusters{}, "GET /v1/clusters"},
      {CreateCluster{"main"}, "PUT /v1/clusters/main"},
      {OpenEra{.cluster = "main", .system_identifier = 5, .segment_size = 1 << 20},
       "POST /v1/clusters/main/eras"},
      {position(), "PUT /v1/clusters/main/standbys/0123456789abcdef0123456789abcdef"},
      {Whoami{}, "GET /v1/whoami"},
      {ShowMetrics{}, "GET /metrics"},
      {ShowPage{}, "GET /"},
      {ShowPage{.only = "main"}, "GET /?cluster=main"},
      {CheckStore{"main"}, "POST /v1/clusters/main/check"},
      {ListConflicts{.cluster = "main", .file = {}}, "GET /v1/clusters/main/conflicts"},
      {ListConflicts{.cluster = "main", .file = file("00000002.history")},
       "GET /v1/clusters/main/conflicts/00000002.history"},
      {AcceptContent{"main", file("00000002.history"), "0123456789ab"},
       "POST /v1/clusters/main/conflicts/00000002.history/0123456789ab"},
      {ListClients{}, "GET /v1/clients"},
      {add_client(), "PUT /v1/clients/standby1.example"},
      {ChangeClient{.client = "root", .grants = add_client().grants}, "POST /v1/clients/root"},
      {RemoveClient{"root"}, "DELETE /v1/clients/root"},
      {ListHolds{"main"}, "GET /v1/clusters/main/holds"},
      {RemoveHold{"main", kId}, "DELETE /v1/clusters/main/holds/0123456789ab"},
      {ListBackups{"main"}, "GET /v1/clusters/main/backups"},
      {RemoveBackup{"main", kId}, "DELETE /v1/clusters/main/backups/0123456789ab"},
      {ListStandbys{"main"}, "GET /v1/clusters/main/standbys"},
      {ForgetStandby{"main", "a/b", std::string(32, 'a')},
       "DELETE /v1/clusters/main/standbys/a%2Fb/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
      {PlanPrune{"main", {}}, "GET /v1/clusters/main/prune"},
      {BeginPrune{"main", {}, {}}, "POST /v1/clusters/main/prune"},
      {ContinuePrune{"main", 7}, "POST /v1/clusters/main/prune/7"},
      {AbandonPrune{"main"}, "DELETE /v1/clusters/main/prune"},
      {SetPolicy{"main", {.keep_backups = 1, .keep_days = 1}}, "PUT /v1/clusters/main/policy"},
      {ShowPolicy{"main"}, "GET /v1/clusters/main/policy"},
      {RemovePolicy{"main"}, "DELETE /v1/clusters/main/policy"},
      {ListWithdrawn{.cluster = "main"}, "GET /v1/clusters/main/withdrawn"},
      {ListWithdrawn{
           .cluster = "main", .name = "00000002.history", .page = {.after = "001/X", .limit = 7}},
       "GET /v1/clusters/main/withdrawn/00000002.history?after=001%2FX&limit=7"},
      {WithdrawFile{"main", "00000002.history", add_digest(), "why"},
       "PUT /v1/clusters/main/withdrawn/00000002.history/0123456789abcdef0123456789abcdef"},
      {ReturnFile{"main", "00000002.history", add_digest()},
       "DELETE /v1/clusters/main/withdrawn/00000002.history/0123456789abcdef0123456789abcdef"},
      {PurgeFile{"main", "00000002.history", add_digest()},
       "DELETE "
       "/v1/clusters/main/withdrawn/00000002.history/0123456789abcdef0123456789abcdef/object"},
      {SetNewTimelines{"main", {}}, "PUT /v1/clusters/main/timelines"},
      {ShowNewTimelines{"main"}, "GET /v1/clusters/main/timelines"},
  };
  for (const auto& [command, form] : forms) {
    const RequestHead request = to_request(command);
    EXPECT_EQ(std::string(to_string(request.method)) + " " + request.target, form);
  }
}

TEST(CommandTest, PutHasStableFields) {
  PutFile put = put_of(kSegmentName);
  put.encoding = Encoding::kZstd;
  put.instance = instance();
  put.ask_first = true;
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"Walstow-Version", "1"},
      {"Walstow-System", "7428364926182639101"},
      {"Walstow-Segment-Size", "16777216"},
      {"Walstow-Size", "16777216"},
      {"Walstow-Digest", "xxh128=00112233445566778899aabbccddeeff"},
      {"Content-Encoding", "zstd"},
      {"Walstow-Instance", "0123456789abcdef0123456789abcdef"},
      {"Walstow-Sequence", "1795376400000000"},
      {"Walstow-Host", "standby1.example"},
      {"Walstow-Standby", "reporting"},
      {"Walstow-Role", "standby"},
      {"Expect", "100-continue"},
  };
  EXPECT_EQ(to_request(put).fields.all(), expected);
}

TEST(CommandTest, AddedClientHasStableFields) {
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"Walstow-Version", "1"},
      {"Walstow-Public-Key", "TUZrd0V3WUhLb1pJemowQ0FR"},
      {"Walstow-Grants", "main=archive,restore;other=admin"},
      {"Walstow-Until", "2028-11-22T19:40:00Z"},
  };
  EXPECT_EQ(to_request(add_client()).fields.all(), expected);
}

// What a person sends with curl: nothing of ours but the path.
TEST(CommandTest, GetNeedsNoFields) {
  RequestHead request;
  request.target = "/v1/clusters/main/wal/000000010000000A000000FE";
  request.fields.set("Accept", "*/*");
  const auto parsed = parse_request(request);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  const auto& get = std::get<GetFile>(parsed.value());
  EXPECT_EQ(get.accept, Encoding::kIdentity);
  EXPECT_EQ(get.request_id, "");
  EXPECT_EQ(get.system_identifier, std::nullopt);
}

TEST(CommandTest, RoleOfAnInstanceIsStandbyUnlessSaid) {
  RequestHead request = to_request(get_of(kSegmentName));
  request.fields.set(field::kInstance, std::string(kInstanceId));
  request.fields.set(field::kSequence, "5");
  request.fields.set(field::kHost, "h");
  const auto parsed = parse_request(request);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  const auto& get = std::get<GetFile>(parsed.value());
  EXPECT_EQ(get.instance.value().role, Instance::Role::kStandby);
  EXPECT_EQ(get.instance.value().standby, "");
}

TEST(CommandTest, ZstdIsSentOnlyToWhoNamesIt) {
  const std::pair<const char*, Encoding> lists[] = {
      {"zstd", Encoding::kZstd},
      {"ZSTD", Encoding::kZstd},
      {"gzip, zstd", Encoding::kZstd},
      {"gzip;q=0,zstd;q=0.5", Encoding::kZstd},
      {" zstd ; q=1.0 , br", Encoding::kZstd},
      {"zstd;q=0.001", Encoding::kZstd},
      {"", Encoding::kIdentity},
      {"identity", Encoding::kIdentity},
      {"*", Encoding::kIdentity},
      {"gzip, deflate", Encoding::kIdentity},
      {"zstdx", Encoding::kIdentity},
      {"x-zstd", Encoding::kIdentity},
      {"zstd;q=0", Encoding::kIdentity},
      {"zstd; Q=0.000, *", Encoding::kIdentity},
      {"gzip;zstd", Encoding::kIdentity},
  };
  for (const auto& [list, expected] : lists) {
    RequestHead request = to_request(get_of(kSegmentName));
    request.fields.set(field::kAcceptEncoding, list);
    const auto parsed = parse_request(request);
    ASSERT_TRUE(parsed.has_value()) << list;
    EXPECT_EQ(std::get<GetFile>(parsed.value()).accept, expected) << list;
  }
}

TEST(CommandTest, ContentEncodingAndExpectCompareWithoutCase) {
  RequestHead request = to_request(put_of(kSegmentName));
  request.fields.set(field::kContentEncoding, "ZStd");
  request.fields.set(field::kExpect, "100-Continue");
  const auto parsed = parse_request(request);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  const auto& put = std::get<PutFile>(parsed.value());
  EXPECT_EQ(put.encoding, Encoding::kZstd);
  EXPECT_TRUE(put.ask_first);

  request.fields.set(field::kContentEncoding, "identity");
  const auto identity = parse_request(request);
  ASSERT_TRUE(identity.has_value()) << identity.error().message;
  EXPECT_EQ(std::get<PutFile>(identity.value()).encoding, Encoding::kIdentity);
}

TEST(CommandTest, UnknownFieldsAreIgnored) {
  RequestHead request = to_request(get_of(kSegmentName));
  request.fields.set("User-Agent", "curl/7.88.1");
  request.fields.set("Walstow-Of-A-Later-Release", "?");
  const auto parsed = parse_request(request);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed.value(), Command(get_of(kSegmentName)));
}

TEST(CommandTest, NothingMalformedIsSent) {
  const Command malformed[] = {
      ClusterStatus{"../main"},
      ClusterStatus{""},
      changed(put_of(kSegmentName), [](PutFile& c) { c.system_identifier = 0; }),
      changed(put_of(kSegmentName), [](PutFile& c) { c.raw_size = 5; }),
      changed(get_of(kSegmentName),
              [](GetFile& c) {
                c.instance = instance();
                c.instance->standby = "two\r\nWalstow-System: 5";
              }),
      changed(get_of(kSegmentName), [](GetFile& c) { c.request_id = "a b"; }),
      ListFiles{.cluster = "main", .after = {}, .limit = 0, .range = {}},
      RemoveClient{"../x"},
      RemoveHold{"main", "../x"},
      AddHold{"main", kId, LogPosition(Lsn{}), {}, ""},
      ForgetStandby{"main", "db2", "../x"},
      PlanPrune{"main", {.keep_backups = 2}},
      PlanPrune{"main", {.keep_days = 2}},
      PlanPrune{"main", {.keep_backups = 0, .keep_days = 2}},
      BeginPrune{"main", {.keep_backups = 0, .keep_days = 2}, {}},
      PlanPrune{"main", {.keep_monthly = 1}},
      PlanPrune{"main", {.keep_backups = 1, .keep_days = 2, .keep_monthly = 1201}},
      BeginPrune{"main", {.keep_backups = 1, .keep_days = 2, .keep_yearly = 101}, {}},
      SetPolicy{"main", {.keep_yearly = 1}},
      SetPolicy{"main", {}},
      SetPolicy{"main", {.standby_limit_days = 30}},
      SetPolicy{"main", {.keep_backups = 0, .keep_days = 2}},
      SetPolicy{"main", {.keep_backups = 1, .keep_days = 2, .before = LogPosition(Lsn{1})}},
      SetPolicy{"main", {.keep_backups = 1, .keep_days = 2, .timeline = Timeline{2}}},
      ContinuePrune{"main", 0},
      ChangeClient{.client = "root"},
      ChangeClient{.client = "root", .grants = Grants{}},
      ChangeClient{.client = "root",
                   .certificate_until = add_client().certificate_until,
                   .if_grants = add_client().grants},
      changed(add_client(), [](AddClient& c) { c.grants[0].rights.clear(); }),
      changed(add_client(), [](AddClient& c) { c.grants[0].cluster = "a=admin;*"; }),
      changed(add_client(), [](AddClient& c) { c.public_key = "x\r\nWalstow-Grants: *=admin"; }),
  };
  for (const Command& command : malformed) {
    EXPECT_EQ(kind_thrown([&] { require_valid(command); }), ErrorKind::kUsage) << command.index();
  }
}

}  // namespace
}  // namespace walstow
