#include "store/archive/rights.h"

#include "proto/base/filesystem.h"
#include "proto/identity/public_key.h"
#include "proto/wire/report.h"
#include "tests/support/service_fixture.h"

namespace walstow {
namespace {

using enum Right;

const std::string kSegment = "000000010000000000000001";
const std::string kAnyKey = to_base64(as_bytes("a public key"));

class RightsTest : public ServiceTest {
 protected:
  void register_client(const std::string& name, const Grants& grants) {
    const Caller owner{.kind = Caller::Kind::kOwner, .name = "tester"};
    remove(name);
    const AddClient add{.client = name, .public_key = kAnyKey, .grants = grants};
    EXPECT_EQ(ask_as(owner, add).status, 201);
  }
  void remove(const std::string& name) {
    ask_as({.kind = Caller::Kind::kOwner, .name = "tester"}, RemoveClient{name});
  }
  Response ask_as(const Caller& who, const Command& command) {
    caller = who;
    return ask(command);
  }
  static Caller named(std::string name) {
    return {.kind = Caller::Kind::kNamed, .name = std::move(name)};
  }
  static Caller with_key(std::string name, std::string_view key) {
    return {.kind = Caller::Kind::kCertificate,
            .name = std::move(name),
            .fingerprint = key_fingerprint(as_bytes(key))};
  }
};

// --- the table ---

// Where a right must be granted, for a command about the cluster "main" or about none.
enum class Place { kMain, kEverywhere };

struct Row {
  Command command;
  std::set<Right> enough;
  Place place;
};

std::vector<Row> table() {
  const Instance instance{.id = std::string(32, 'a'), .sequence = 1, .host = "db2"};
  const PutFile put{.cluster = "main",
                    .file = file_named(kSegment),
                    .system_identifier = 7,
                    .raw_size = std::uint64_t{1} << 20};
  const GetFile get{.cluster = "main", .file = file_named(kSegment)};
  GetFile head = get;
  head.head_only = true;
  const std::string kId = "00000000000a";
  const std::set<Right> kReaders{kRestore, kMonitor, kAdmin};
  return {
      {put, {kArchive}, Place::kMain},
      {ConfirmFile{put, {}}, {kArchive}, Place::kMain},
      {get, {kRestore, kAdmin}, Place::kMain},
      {head, {kRestore, kAdmin}, Place::kMain},
      {ListFiles{.cluster = "main"}, kReaders, Place::kMain},
      {ListHoles{.cluster = "main"}, kReaders, Place::kMain},
      {ListTimes{.cluster = "main"}, kReaders, Place::kMain},
      {VerifyFiles{.cluster = "main"}, {kAdmin}, Place::kMain},
      {SetAside{"main", "001-7-1048576/wal/x"}, {kAdmin}, Place::kMain},
      {ClusterStatus{"main"}, kReaders, Place::kMain},
      {ReportPosition{"main", 7, instance, file_named(kSegment)}, {kRestore}, Place::kMain},
      {CreateCluster{"main"}, {kAdmin}, Place::kMain},
      {OpenEra{"main", 9, 1U << 24}, {kAdmin}, Place::kMain},
      {CheckStore{"main"}, {kArchive, kRestore, kMonitor, kAdmin}, Place::kMain},
      {ListConflicts{.cluster = "main", .file = {}}, kReaders, Place::kMain},
      {AcceptContent{"main", file_named(kSegment), "0123456789ab"}, {kAdmin}, Place::kMain},
      {ShowMetrics{}, {kMonitor, kAdmin}, Place::kEverywhere},
      {ShowPage{}, {kMonitor, kAdmin}, Place::kEverywhere},
      {ListClients{}, {kAdmin}, Place::kEverywhere},
      {AddClient{.client = "new",
                 .public_key = kAnyKey,
                 .grants = {{.cluster = "main", .rights = {kRestore}}}},
       {kAdmin},
       Place::kEverywhere},
      {ChangeClient{.client = "new", .grants = Grants{{.cluster = "*", .rights = {kAdmin}}}},
       {kAdmin},
       Place::kEverywhere},
      {RemoveClient{"new"}, {kAdmin}, Place::kEverywhere},
      {AddHold{"main", kId, LogPosition(Lsn{}), {}, "audit"}, {kAdmin}, Place::kMain},
      {RemoveHold{"main", kId}, {kAdmin}, Place::kMain},
      {ListHolds{"main"}, kReaders, Place::kMain},
      {AddBackup{"main", kId, LogPosition(Lsn{}), Lsn{1}, Timeline{1}, {}, "nightly"},
       {kAdmin},
       Place::kMain},
      {RemoveBackup{"main", kId}, {kAdmin}, Place::kMain},
      {ListBackups{"main"}, kReaders, Place::kMain},
      {ListStandbys{"main"}, kReaders, Place::kMain},
      {ForgetStandby{"main", "db2", std::string(32, 'a')}, {kAdmin}, Place::kMain},
      {SetPolicy{"main", {.keep_backups = 1, .keep_days = 1}}, {kAdmin}, Place::kMain},
      {ShowPolicy{"main"}, kReaders, Place::kMain},
      {RemovePolicy{"main"}, {kAdmin}, Place::kMain},
      {PlanPrune{"main", {}}, {kAdmin}, Place::kMain},
      {BeginPrune{"main", {}, {}}, {kAdmin}, Place::kMain},
      {ContinuePrune{"main", 1}, {kAdmin}, Place::kMain},
      {AbandonPrune{"main"}, {kAdmin}, Place::kMain},
      {ListWithdrawn{.cluster = "main"}, kReaders, Place::kMain},
      {WithdrawFile{"main", "00000002.history", {}, "why"}, {kAdmin}, Place::kMain},
      {ReturnFile{"main", "00000002.history", {}}, {kAdmin}, Place::kMain},
      {PurgeFile{"main", "00000002.history", {}}, {kAdmin}, Place::kMain},
      {SetNewTimelines{"main", {}}, {kAdmin}, Place::kMain},
      {ShowNewTimelines{"main"}, kReaders, Place::kMain},
  };
}

TEST_F(RightsTest, EveryCellOfTheTable) {
  const Caller db1 = named("db1");
  for (const Row& row : table()) {
    for (const Right right : {kArchive, kRestore, kMonitor, kAdmin}) {
      for (const std::string cluster : {"main", "other", "*"}) {
        register_client("db1", {{.cluster = cluster, .rights = {right}}});
        caller = db1;
        HandlerResult answer = handler.handle(to_request(row.command), caller);
        const auto* reply = std::get_if<Reply>(&answer);
        const bool right_place = cluster == "*" || (cluster == "main" && row.place == Place::kMain);
        EXPECT_EQ(reply != nullptr && reply->head.status == 403,
                  !right_place || !row.enough.contains(right))
            << to_request(row.command).target << " as command " << row.command.index()
            << " with right " << to_string(right) << " in " << cluster;
      }
    }
    // The owner needs neither a record nor a right.
    caller = {.kind = Caller::Kind::kOwner, .name = "db1"};
    remove("db1");
    HandlerResult answer = handler.handle(to_request(row.command), caller);
    const auto* reply = std::get_if<Reply>(&answer);
    EXPECT_FALSE(reply != nullptr && reply->head.status == 403) << row.command.index();
  }
}

TEST_F(RightsTest, EveryCommandHasItsRow) {
  std::set<std::size_t> in_table{Command(ListClusters{}).index(), Command(Whoami{}).index()};
  for (const Row& row : table())
    in_table.insert(row.command.index());
  EXPECT_EQ(in_table.size(), std::variant_size_v<Command>);
}

TEST_F(RightsTest, RightsOfSeveralGrantsAddUp) {
  register_client(
      "db1", {{.cluster = "*", .rights = {kRestore}}, {.cluster = "main", .rights = {kArchive}}});
  caller = named("db1");
  EXPECT_EQ(put(kSegment).status, 201);
  EXPECT_EQ(get(kSegment).status, 200);
}

TEST_F(RightsTest, ClustersWithoutARightAreNotShown) {
  EXPECT_EQ(ask(CreateCluster{"other"}).status, 201);
  const std::pair<std::string, std::size_t> table[] = {{"main", 1}, {"third", 0}, {"*", 2}};
  for (const auto& [cluster, count] : table) {
    register_client("db1", {{.cluster = cluster, .rights = {kArchive}}});
    const Response list = ask_as(named("db1"), ListClusters{});
    EXPECT_EQ(parse_cluster_summaries(list.body).size(), count) << cluster;
  }
  EXPECT_EQ(code_of(ask(ClusterStatus{"nowhere"})), "no-right");
}

TEST_F(RightsTest, AdministratorOfACusterMayMakeIt) {
  register_client("db1", {{.cluster = "third", .rights = {kAdmin}}});
  EXPECT_EQ(ask_as(named("db1"), CreateCluster{"third"}).status, 201);
  EXPECT_EQ(code_of(ask(CreateCluster{"fourth"})), "no-right");
}

// --- who is asking ---

TEST_F(RightsTest, WhoamiSaysWhatTheRegistryHas) {
  const Grants grants{{.cluster = "main", .rights = {kArchive, kRestore}}};
  register_client("db1", grants);
  Caller db1 = with_key("db1", "a public key");
  db1.certificate_until = parse_iso8601("2028-11-22T19:40:00Z");
  const WhoamiReport report = parse_whoami_report(ask_as(db1, Whoami{}).body);
  EXPECT_EQ(report.name, "db1");
  EXPECT_EQ(report.grants, grants);
  EXPECT_EQ(report.certificate_until, db1.certificate_until);
}

TEST_F(RightsTest, WhomTheRegistryDoesNotHaveIsRefusedEverything) {
  const Caller strangers[] = {named("db1"), with_key("db1", "a public key"), named(""),
                              named("../walstow"), named("DB1\n")};
  for (const Caller& stranger : strangers) {
    for (const Row& row : table()) {
      EXPECT_EQ(code_of(ask_as(stranger, row.command)), "unknown-client") << stranger.name;
    }
    EXPECT_EQ(code_of(ask(Whoami{})), "unknown-client") << stranger.name;
    EXPECT_EQ(code_of(ask(ListClusters{})), "unknown-client") << stranger.name;
  }
}

TEST_F(RightsTest, KeyMustBeTheOneOfTheRegistry) {
  register_client("db1", {{.cluster = "*", .rights = {kAdmin}}});
  EXPECT_EQ(ask_as(with_key("db1", "a public key"), Whoami{}).status, 200);
  EXPECT_EQ(code_of(ask_as(with_key("db1", "another key"), Whoami{})), "unknown-client");
  EXPECT_EQ(code_of(ask_as({.kind = Caller::Kind::kCertificate, .name = "db1"}, Whoami{})),
            "unknown-client");
}

// A forced command may name the key, so that a line in authorized_keys that was forgotten is worth
// nothing once the client has another one.
TEST_F(RightsTest, ForcedCommandsKeyMustBeTheOneOfTheRegistry) {
  register_client("db1", {{.cluster = "*", .rights = {kAdmin}}});
  Caller db1 = named("db1");
  EXPECT_EQ(ask_as(db1, Whoami{}).status, 200);
  db1.fingerprint = key_fingerprint(as_bytes("a public key"));
  EXPECT_EQ(ask_as(db1, Whoami{}).status, 200);
  db1.fingerprint = key_fingerprint(as_bytes("another key"));
  EXPECT_EQ(code_of(ask_as(db1, Whoami{})), "unknown-client");
}

// TLS checks it when a session begins; the connection, or a session that is resumed, may outlive
// it.
TEST_F(RightsTest, ExpiredCertificateIsRefusedOnAConnectionThatLasts) {
  register_client("db1", {{.cluster = "main", .rights = {kRestore}}});
  Caller client = named("db1");
  const Time now = std::chrono::system_clock::now();
  client.certificate_until = now + std::chrono::hours(1);
  EXPECT_EQ(ask_as(client, Whoami{}).status, 200);
  client.certificate_until = now - std::chrono::seconds(1);
  EXPECT_EQ(code_of(ask_as(client, Whoami{})), "unknown-client");
}

TEST_F(RightsTest, WhatIsChangedCountsFromTheNextRequestOn) {
  register_client("db1", {{.cluster = "main", .rights = {kRestore}}});
  const Caller db1 = named("db1");
  EXPECT_EQ(ask_as(db1, ClusterStatus{"main"}).status, 200);
  register_client("db1", {{.cluster = "main", .rights = {kArchive}}});
  EXPECT_EQ(code_of(ask_as(db1, ClusterStatus{"main"})), "no-right");
  remove("db1");
  EXPECT_EQ(code_of(ask_as(db1, ClusterStatus{"main"})), "unknown-client");
}

TEST_F(RightsTest, NobodyShutsOutThemselves) {
  const Grants all{{.cluster = "*", .rights = {kAdmin}}};
  const Grants less{{.cluster = "*", .rights = {kRestore}},
                    {.cluster = "main", .rights = {kAdmin}}};
  register_client("boss", all);
  register_client("db1", all);
  caller = named("boss");
  EXPECT_EQ(code_of(ask(RemoveClient{"boss"})), "no-right");
  EXPECT_EQ(code_of(ask(ChangeClient{.client = "boss", .grants = less})), "no-right");
  EXPECT_EQ(ask(ChangeClient{.client = "boss", .grants = all}).status, 200);
  EXPECT_EQ(ask(ChangeClient{.client = "boss", .certificate_until = Time()}).status, 200);
  EXPECT_EQ(ask(ChangeClient{.client = "db1", .grants = less}).status, 200);
  EXPECT_EQ(ask(RemoveClient{"db1"}).status, 200);
  // The owner of the archive may have the same name and is somebody else.
  caller = {.kind = Caller::Kind::kOwner, .name = "boss"};
  EXPECT_EQ(ask(RemoveClient{"boss"}).status, 200);
}

TEST_F(RightsTest, DamagedRecordLetsNobodyInAndCanBeRemoved) {
  register_client("db1", {{.cluster = "*", .rights = {kAdmin}}});
  fs::resize_file(archive_folder / "_clients" / "db1.json", 20);
  EXPECT_EQ(code_of(ask_as(named("db1"), Whoami{})), "damaged");
  register_client("db1", {{.cluster = "*", .rights = {kAdmin}}});
  EXPECT_EQ(ask_as(named("db1"), Whoami{}).status, 200);
}

}  // namespace
}  // namespace walstow
