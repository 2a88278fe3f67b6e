#include "store/handler.h"

#include <mutex>
#include <vector>

#include "proto/base/log.h"
#include "proto/wire/report.h"
#include "store/catalog.h"
#include "store/clients.h"
#include "store/conflicts.h"
#include "store/file_list.h"
#include "store/get_file.h"
#include "store/holds.h"
#include "store/policy.h"
#include "store/policy_pruner.h"
#include "store/positions.h"
#include "store/probe.h"
#include "store/prune.h"
#include "store/put_file.h"
#include "store/retention_inventory.h"
#include "store/tombstones.h"
#include "store/verify.h"

namespace walstow {
namespace {

Reply json_reply(int status, std::string body) {
  Reply reply;
  reply.head.status = status;
  reply.head.fields.set(field::kContentType, std::string(kJsonType));
  reply.body = std::move(body);
  return reply;
}

// The cluster that must exist; "" when the command is about none.
std::string cluster_of(const Command& command) {
  struct Visitor {
    std::string operator()(const PutFile& c) const { return c.cluster; }
    std::string operator()(const GetFile& c) const { return c.cluster; }
    std::string operator()(const ListFiles& c) const { return c.cluster; }
    std::string operator()(const ClusterStatus& c) const { return c.cluster; }
    std::string operator()(const OpenEra& c) const { return c.cluster; }
    std::string operator()(const ReportPosition& c) const { return c.cluster; }
    std::string operator()(const CheckStore& c) const { return c.cluster; }
    std::string operator()(const ListConflicts& c) const { return c.cluster; }
    std::string operator()(const AcceptContent& c) const { return c.cluster; }
    std::string operator()(const ListHoles& c) const { return c.cluster; }
    std::string operator()(const VerifyFiles& c) const { return c.cluster; }
    std::string operator()(const SetAside& c) const { return c.cluster; }
    std::string operator()(const AddHold& c) const { return c.cluster; }
    std::string operator()(const RemoveHold& c) const { return c.cluster; }
    std::string operator()(const ListHolds& c) const { return c.cluster; }
    std::string operator()(const AddBackup& c) const { return c.cluster; }
    std::string operator()(const RemoveBackup& c) const { return c.cluster; }
    std::string operator()(const ListBackups& c) const { return c.cluster; }
    std::string operator()(const ListStandbys& c) const { return c.cluster; }
    std::string operator()(const ForgetStandby& c) const { return c.cluster; }
    std::string operator()(const SetPolicy& c) const { return c.cluster; }
    std::string operator()(const ShowPolicy& c) const { return c.cluster; }
    std::string operator()(const RemovePolicy& c) const { return c.cluster; }
    std::string operator()(const PlanPrune& c) const { return c.cluster; }
    std::string operator()(const BeginPrune& c) const { return c.cluster; }
    std::string operator()(const ContinuePrune& c) const { return c.cluster; }
    std::string operator()(const ListClusters&) const { return {}; }
    std::string operator()(const CreateCluster&) const { return {}; }
    std::string operator()(const Whoami&) const { return {}; }
    std::string operator()(const ListClients&) const { return {}; }
    std::string operator()(const AddClient&) const { return {}; }
    std::string operator()(const ChangeClient&) const { return {}; }
    std::string operator()(const RemoveClient&) const { return {}; }
  };
  return std::visit(Visitor(), command);
}

Reply clients_reply(int status, const ClientReport& client) {
  return json_reply(status, to_json(std::vector<ClientReport>{client}));
}

Refusal no_such_client(const std::string& client) {
  return make_refusal(Code::kNoSuchClient, "there is no client \"" + client + "\" in the registry",
                      "\"walstow client list\" shows all of them.");
}

Refusal no_such_record(const std::string& what, const std::string& cluster) {
  return make_refusal(Code::kNoSuchRecord,
                      "there is no " + what + " of cluster \"" + cluster + "\"",
                      "It may have been removed already.");
}

template <class Report>
Reply reply_to(int status, const std::variant<Report, Refusal>& done) {
  if (const auto* refusal = std::get_if<Refusal>(&done)) return to_reply(*refusal);
  return json_reply(status, to_json(std::get<Report>(done)));
}

Time now() {
  return std::chrono::system_clock::now();
}

// Runs one checked command. A PutFile never comes here: its body is still to come.
class Runner {
 public:
  Runner(std::shared_ptr<Archive> archive, Catalog& catalog, const Caller& caller,
         const Grants& grants)
      : archive_(std::move(archive)), catalog_(catalog), caller_(caller), grants_(grants) {}

  Reply operator()(const GetFile& get) const;
  Reply operator()(const ListFiles& list) const {
    return json_reply(200, to_json(list_files(*archive_, list)));
  }
  Reply operator()(const ClusterStatus& status) const {
    return json_reply(200, to_json(catalog_.report(*archive_, status.cluster)));
  }
  Reply operator()(const ListHoles& list) const {
    return json_reply(200, to_json(catalog_.holes(*archive_, list)));
  }
  Reply operator()(const VerifyFiles& verify) const {
    return json_reply(200, to_json(verify_files(*archive_, verify)));
  }
  Reply operator()(const SetAside& aside) const {
    return json_reply(200, to_json(set_aside(*archive_, aside, caller_.name)));
  }
  Reply operator()(const ListClusters&) const;
  Reply operator()(const CreateCluster& create) const;
  Reply operator()(const OpenEra& open) const;
  Reply operator()(const ReportPosition& report) const;
  Reply operator()(const Whoami&) const;
  Reply operator()(const CheckStore& check) const {
    return json_reply(200, to_json(probe_archive(*archive_, check.cluster)));
  }
  Reply operator()(const ListConflicts& list) const {
    return json_reply(200, to_json(list_conflicts(*archive_, list)));
  }
  Reply operator()(const AcceptContent& accept) const;
  Reply operator()(const ListClients&) const {
    return json_reply(200, to_json(list_clients(archive_->backend())));
  }
  Reply operator()(const AddClient& add) const;
  Reply operator()(const ChangeClient& change) const;
  Reply operator()(const RemoveClient& remove) const;
  Reply operator()(const AddHold& add) const;
  Reply operator()(const RemoveHold& remove) const;
  Reply operator()(const ListHolds& list) const {
    return json_reply(200, to_json(list_holds(*archive_, list.cluster)));
  }
  Reply operator()(const AddBackup& add) const;
  Reply operator()(const RemoveBackup& remove) const;
  Reply operator()(const ListBackups& list) const {
    return json_reply(200, to_json(list_backups(*archive_, list.cluster)));
  }
  Reply operator()(const ListStandbys& list) const {
    return json_reply(200, to_json(list_positions(archive_->backend(), list.cluster)));
  }
  Reply operator()(const ForgetStandby& forget) const;
  Reply operator()(const SetPolicy& set) const {
    return json_reply(200, to_json(std::optional(set_policy(*archive_, set, caller_.name, now()))));
  }
  Reply operator()(const ShowPolicy& show) const {
    return json_reply(200, to_json(read_policy(*archive_, show.cluster)));
  }
  Reply operator()(const RemovePolicy& remove) const;
  Reply operator()(const PlanPrune& plan) const {
    return reply_to(200, plan_prune(*archive_, plan, now()));
  }
  Reply operator()(const BeginPrune& begin) const {
    return reply_to(200, begin_prune(*archive_, begin, caller_.name, now()));
  }
  Reply operator()(const ContinuePrune& go_on) const {
    return reply_to(200, continue_prune(*archive_, go_on));
  }
  Reply operator()(const PutFile&) const { return {}; }

 private:
  std::shared_ptr<Archive> archive_;
  Catalog& catalog_;
  const Caller& caller_;
  const Grants& grants_;
};

// A standby must get its WAL even where its position cannot be noted (a full disk at the store).
void note_position(Archive& archive, const std::string& cluster, const Caller& caller,
                   const PositionChange& change) {
  try {
    update_position(archive.backend(), cluster, caller.name, change,
                    std::chrono::system_clock::now());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning,
             std::string("could not note how far a standby has got: ") + error.what(),
             error.hint());
  }
}

Reply Runner::operator()(const GetFile& get) const {
  Reply reply = get_file(archive_, get);
  const bool there = reply.head.status == 200;
  const bool absent = reply.head.status == 404;
  if (!get.instance || !get.system_identifier || !(there || absent)) return reply;
  // A HEAD hands nothing over. It tells how far PostgreSQL has got without asking (last_handed).
  const bool handed = there && get.file.kind() == FileKind::kSegment && !get.head_only;
  note_position(*archive_, get.cluster, caller_,
                {.instance = *get.instance,
                 .system_identifier = *get.system_identifier,
                 .handed = handed ? std::optional(get.file) : std::nullopt,
                 .restartpoint = get.restartpoint,
                 .waits = absent && !get.head_only});
  return reply;
}

Reply Runner::operator()(const ListClusters&) const {
  std::vector<ClusterSummary> clusters = report_clusters(*archive_);
  std::erase_if(clusters, [this](const ClusterSummary& cluster) {
    return !concerns(grants_, cluster.cluster);
  });
  return json_reply(200, to_json(clusters));
}

Reply Runner::operator()(const CreateCluster& create) const {
  if (!archive_->create_cluster(create.cluster)) {
    return to_reply(make_refusal(Code::kExists, "cluster \"" + create.cluster + "\" exists already",
                                 "Give another server a cluster of its own."));
  }
  return json_reply(201, to_json(std::vector<ClusterSummary>{{.cluster = create.cluster}}));
}

Reply Runner::operator()(const OpenEra& open) const {
  const std::vector<EraName> eras = archive_->eras(open.cluster);
  const auto next = static_cast<std::uint32_t>(eras.size() + 1);
  if (!eras.empty() && eras.back().system_identifier == open.system_identifier &&
      eras.back().segment_size == open.segment_size) {
    return to_reply(make_refusal(Code::kExists, "cluster \"" + open.cluster +
                                                    "\" is in that era already: \"" +
                                                    to_string(eras.back()) + "\""));
  }
  const auto opened =
      archive_->open_era(open.cluster, open.system_identifier, open.segment_size, next);
  if (!opened) {
    throw Error(ErrorKind::kUnavailable,
                "another era of cluster \"" + open.cluster + "\" was opened at the same time",
                "Look at it with \"walstow status " + open.cluster + "\", then decide again.");
  }
  return json_reply(
      201, to_json(std::vector<ClusterSummary>{
               {.cluster = open.cluster, .newest_era = to_string(*opened), .eras = next}}));
}

Reply Runner::operator()(const ReportPosition& report) const {
  update_position(archive_->backend(), report.cluster, caller_.name,
                  {.instance = report.instance,
                   .system_identifier = report.system_identifier,
                   .restartpoint = report.restartpoint},
                  now());
  // Written first, then compared with the floors: as in store/holds.cc.
  const auto era = newest_era_of(archive_->eras(report.cluster), report.system_identifier);
  if (era && report.restartpoint.fits(segment_size_of(*era))) {
    const SegmentNumber from = report.restartpoint.number(segment_size_of(*era));
    if (const auto refusal = refuse_below_floor(archive_->backend(), report.cluster, *era, from,
                                                report.restartpoint.timeline())) {
      return to_reply(*refusal);
    }
  }
  return json_reply(200, "{}\n");
}

Reply Runner::operator()(const Whoami&) const {
  return json_reply(200, to_json(WhoamiReport{.archive = archive_->id(),
                                              .name = caller_.name,
                                              .grants = grants_,
                                              .certificate_until = caller_.certificate_until}));
}

Reply Runner::operator()(const AcceptContent& accept) const {
  if (!accept_content(*archive_, accept)) {
    return to_reply(make_refusal(
        Code::kNoSuchContent,
        "no content of \"" + accept.file.text() + "\" in cluster \"" + accept.cluster +
            "\" has a digest that begins with " + accept.digest12,
        "\"walstow conflict show " + accept.cluster + " " + accept.file.text() + "\" shows them."));
  }
  const ListConflicts what_is_left{.cluster = accept.cluster, .file = accept.file};
  return json_reply(200, to_json(list_conflicts(*archive_, what_is_left)));
}

Reply Runner::operator()(const AddClient& add) const {
  const AddedClient added = add_client(archive_->backend(), add, std::chrono::system_clock::now());
  if (added.result == AddedClient::Result::kTaken) {
    return to_reply(make_refusal(Code::kExists,
                                 "client \"" + add.client + "\" is registered already",
                                 "Choose another name; or, where it is the same client with a new "
                                 "key, remove the old one first: \"walstow client remove " +
                                     add.client + "\"."));
  }
  return clients_reply(added.result == AddedClient::Result::kAdded ? 201 : 200, added.client);
}

Reply Runner::operator()(const ChangeClient& change) const {
  const auto changed = change_client(archive_->backend(), change);
  if (!changed) return to_reply(no_such_client(change.client));
  return clients_reply(200, *changed);
}

Reply Runner::operator()(const RemoveClient& remove) const {
  if (!remove_client(archive_->backend(), remove.client)) {
    return to_reply(no_such_client(remove.client));
  }
  return json_reply(200, "{}\n");
}

Reply Runner::operator()(const AddHold& add) const {
  const auto added = add_hold(*archive_, add, caller_.name, now());
  if (const auto* refusal = std::get_if<Refusal>(&added)) return to_reply(*refusal);
  return json_reply(201, to_json(std::vector<HoldReport>{std::get<HoldReport>(added)}));
}

Reply Runner::operator()(const RemoveHold& remove) const {
  if (!remove_hold(*archive_, remove)) {
    return to_reply(no_such_record("hold \"" + remove.id + "\"", remove.cluster));
  }
  return json_reply(200, "{}\n");
}

Reply Runner::operator()(const AddBackup& add) const {
  const auto added = add_backup(*archive_, add, caller_.name, now());
  if (const auto* refusal = std::get_if<Refusal>(&added)) return to_reply(*refusal);
  return json_reply(201, to_json(std::vector<BackupReport>{std::get<BackupReport>(added)}));
}

Reply Runner::operator()(const RemoveBackup& remove) const {
  if (!remove_backup(*archive_, remove)) {
    return to_reply(no_such_record("added backup \"" + remove.id + "\"", remove.cluster));
  }
  return json_reply(200, "{}\n");
}

Reply Runner::operator()(const RemovePolicy& remove) const {
  if (!remove_policy(*archive_, remove)) return to_reply(no_such_record("policy", remove.cluster));
  return json_reply(200, "{}\n");
}

Reply Runner::operator()(const ForgetStandby& forget) const {
  if (!forget_position(archive_->backend(), forget)) {
    return to_reply(no_such_record("standby \"" + forget.instance + "\"", forget.cluster));
  }
  return json_reply(200, "{}\n");
}

}  // namespace

struct Handler::State {
  std::shared_ptr<Archive> archive();
  Answer dispatch(const Command& command, const Caller& caller);

  OpenArchive open_archive;
  int compression_level;
  Catalog catalog;
  PolicyPruner pruner;  // of the one thread that prunes
  std::mutex mutex;
  std::shared_ptr<Archive> opened;  // guarded by mutex; empty until it was there once
};

// Opened anew for as long as it is not there, and again after it went away: the folder held open is
// then one of the past.
std::shared_ptr<Archive> Handler::State::archive() {
  const std::lock_guard lock(mutex);
  if (opened) {
    try {
      opened->verify_present();
    } catch (const Error&) {
      opened.reset();
    }
  }
  if (!opened) opened = open_archive();
  return opened;
}

Answer Handler::State::dispatch(const Command& command, const Caller& caller) {
  const std::shared_ptr<Archive> current = archive();
  const auto looked_up = grants_of(current->backend(), caller, std::chrono::system_clock::now());
  if (const auto* refusal = std::get_if<Refusal>(&looked_up)) return to_reply(*refusal);
  const Grants& grants = std::get<Grants>(looked_up);
  if (const auto refusal = refuse_without_right(command, caller, grants)) return to_reply(*refusal);

  const std::string cluster = cluster_of(command);
  if (!cluster.empty() && !current->has_cluster(cluster)) {
    return to_reply(make_refusal(
        Code::kUnknownCluster, "there is no cluster \"" + cluster + "\" in the archive",
        "Check the setting \"cluster\", or make it with \"walstow cluster create " + cluster +
            "\"."));
  }
  if (const auto* put = std::get_if<PutFile>(&command)) {
    if (put->instance && put->instance->role == Instance::Role::kPrimary) {
      note_position(*current, put->cluster, caller,
                    {.instance = *put->instance,
                     .system_identifier = put->system_identifier,
                     .archives_as_primary = true});
    }
    return begin_put({.archive = current,
                      .put = *put,
                      .client = caller.name,
                      .compression_level = compression_level});
  }
  return std::visit(Runner(current, catalog, caller, grants), command);
}

Handler::Handler(OpenArchive open_archive, int compression_level)
    : state_(std::make_unique<State>()) {
  state_->open_archive = std::move(open_archive);
  state_->compression_level = compression_level;
}

Handler::~Handler() = default;

void Handler::warm_up(const std::stop_token& stop) {
  try {
    state_->catalog.warm_up(*state_->archive(), stop);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning,
             std::string("could not read what the archive has: ") + error.what(), error.hint());
  }
}

void Handler::prune_by_policy(const std::stop_token& stop) {
  try {
    state_->pruner.run(*state_->archive(), stop);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    log_line(LogLevel::kWarning, std::string("could not prune by policy: ") + error.what(),
             error.hint());
  }
}

Answer Handler::handle(const RequestHead& request, const Caller& caller) {
  try {
    auto parsed = parse_request(request);
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) return to_reply(*refusal);
    return state_->dispatch(std::get<Command>(parsed), caller);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    return to_reply(to_refusal(error));
  }
}

Reply to_reply(const Refusal& refusal) {
  Reply reply = json_reply(info_of(refusal.code).status, to_json(refusal));
  // No answer of a store may be remembered by anything in between, a refusal least of all.
  reply.head.fields.set(field::kCacheControl, "no-store");
  reply.refusal = refusal;
  return reply;
}

Refusal to_refusal(const Error& error) {
  const auto code = [&error] {
    switch (error.kind()) {
      case ErrorKind::kUsage:
      case ErrorKind::kFatal:
        return Code::kInternal;
      case ErrorKind::kInvalid:
        return Code::kBadContent;
      case ErrorKind::kRefused:
        return Code::kBadRequest;
      case ErrorKind::kUnavailable:
        return Code::kUnavailable;
      case ErrorKind::kTimeout:
        return Code::kTimeout;
      case ErrorKind::kDamaged:
        return Code::kDamaged;
      case ErrorKind::kStorage:
        return Code::kStorage;
    }
    return Code::kInternal;
  }();
  return make_refusal(code, error.what(), error.hint());
}

}  // namespace walstow
