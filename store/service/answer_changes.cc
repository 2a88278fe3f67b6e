#include <fmt/format.h>
#include <variant>
#include <vector>

#include "proto/base/suggestion.h"
#include "proto/wire/report.h"
#include "store/archive/client_registry.h"
#include "store/archive/new_timelines_record.h"
#include "store/files/conflicts.h"
#include "store/files/withdrawal.h"
#include "store/inventory/verify.h"
#include "store/inventory/withdrawn_records.h"
#include "store/retention/holds_and_backups.h"
#include "store/retention/prune.h"
#include "store/retention/prune_policy.h"
#include "store/retention/quota.h"
#include "store/retention/tombstones.h"
#include "store/service/command_answers.h"

namespace walstow {
namespace {

Reply clients_reply(int status, const ClientReport& client) {
  return json_reply(status, to_json(std::vector<ClientReport>{client}));
}

Refusal no_such_client(const std::string& client) {
  return make_refusal(Code::kNoSuchClient,
                      fmt::format("there is no client \"{}\" in the registry", client),
                      "\"walstow client list\" shows all of them.");
}

Refusal no_such_record(const std::string& what, const std::string& cluster) {
  return make_refusal(Code::kNoSuchRecord,
                      fmt::format("there is no {} in cluster \"{}\"", what, cluster),
                      "It may already have been removed.");
}

template <class Report>
Reply reply_to(int status, const OrRefusal<Report>& done) {
  if (!done) return to_reply(done.error());
  return json_reply(status, to_json(done.value()));
}

// A list with the added report.
template <class Report>
Reply added_reply(const OrRefusal<Report>& added) {
  if (!added) return to_reply(added.error());
  return json_reply(201, to_json(std::vector<Report>{added.value()}));
}

// A page with the changed report.
Reply withdrawn_reply(const OrRefusal<WithdrawnReport>& changed) {
  if (!changed) return to_reply(changed.error());
  return json_reply(200, to_json(WithdrawnPage{.files = {changed.value()}, .next = {}}));
}

Time now() {
  return std::chrono::system_clock::now();
}

}  // namespace

Reply answer(const RequestContext& asked, const CreateCluster& create) {
  if (!asked.archive->create_cluster(create.cluster)) {
    return to_reply(make_refusal(Code::kExists,
                                 fmt::format("cluster \"{}\" exists already", create.cluster),
                                 "For another server, create a cluster with another name."));
  }
  return json_reply(201, to_json(std::vector<ClusterSummary>{{.cluster = create.cluster}}));
}

Reply answer(const RequestContext& asked, const OpenEra& open) {
  const std::vector<EraName> eras = asked.archive->eras(open.cluster);
  const auto next = static_cast<std::uint32_t>(eras.size() + 1);
  if (!eras.empty() && eras.back().system_identifier == open.system_identifier &&
      eras.back().segment_size == open.segment_size) {
    return to_reply(
        make_refusal(Code::kExists, fmt::format("cluster \"{}\" is already in that era: \"{}\"",
                                                open.cluster, to_string(eras.back()))));
  }
  const auto opened =
      asked.archive->open_era(open.cluster, open.system_identifier, open.segment_size, next);
  if (!opened) {
    throw Error(
        ErrorKind::kUnavailable,
        fmt::format("another era of cluster \"{}\" was opened at the same time", open.cluster),
        fmt::format("Look at it with {}, then decide again.",
                    suggestion({"status", open.cluster})));
  }
  return json_reply(
      201, to_json(std::vector<ClusterSummary>{
               {.cluster = open.cluster, .newest_era = to_string(*opened), .eras = next}}));
}

Reply answer(const RequestContext& asked, const AddClient& add) {
  const AddedClient added =
      add_client(asked.archive->backend(), add, std::chrono::system_clock::now());
  if (added.result == AddedClient::Result::kTaken) {
    return to_reply(make_refusal(Code::kExists,
                                 fmt::format("client \"{}\" is already registered", add.client),
                                 fmt::format("Choose another name; or, if it is the same client "
                                             "with a new key, remove the old entry first: {}.",
                                             suggestion({"client", "remove", add.client}))));
  }
  return clients_reply(added.result == AddedClient::Result::kAdded ? 201 : 200, added.client);
}

Reply answer(const RequestContext& asked, const ChangeClient& change) {
  const auto changed = change_client(asked.archive->backend(), change);
  if (!changed) return to_reply(no_such_client(change.client));
  return clients_reply(200, *changed);
}

Reply answer(const RequestContext& asked, const RemoveClient& remove) {
  if (!remove_client(asked.archive->backend(), remove.client)) {
    return to_reply(no_such_client(remove.client));
  }
  return json_reply(200, "{}\n");
}

Reply answer(const RequestContext& asked, const ReportPosition& report) {
  const auto era = newest_era_of(asked.archive->eras(report.cluster), report.system_identifier);
  if (!era) return to_reply(unknown_system(report.cluster, report.system_identifier));
  update_position(asked.archive->backend(), report.cluster, asked.caller.name,
                  {.instance = report.instance,
                   .system_identifier = report.system_identifier,
                   .restartpoint = report.restartpoint},
                  now());
  // Write first, then compare with the floors: as in store/retention/holds_and_backups.cc.
  if (report.restartpoint.fits(segment_size_of(*era))) {
    const SegmentNumber from = report.restartpoint.number(segment_size_of(*era));
    if (const auto refusal = refuse_below_floor(asked.archive->backend(), report.cluster, *era,
                                                from, report.restartpoint.timeline())) {
      return to_reply(*refusal);
    }
  }
  return json_reply(200, "{}\n");
}

Reply answer(const RequestContext& asked, const ForgetStandby& forget) {
  if (!forget_position(asked.archive->backend(), forget)) {
    return to_reply(no_such_record(fmt::format("standby \"{}\"", forget.instance), forget.cluster));
  }
  return json_reply(200, "{}\n");
}

Reply answer(const RequestContext& asked, const AcceptContent& accept) {
  if (const auto refusal =
          refuse_withdrawn(*asked.archive, accept.cluster, accept.file, accept.digits))
    return to_reply(*refusal);
  if (!accept_content(*asked.archive, accept)) {
    return to_reply(make_refusal(
        Code::kNoSuchContent,
        fmt::format("no version of \"{}\" in cluster \"{}\" has a digest that begins with {}",
                    accept.file.text(), accept.cluster, accept.digits),
        fmt::format("{} shows them.",
                    suggestion({"conflict", "show", accept.cluster, accept.file.text()}))));
  }
  // Check again: if a decision and a withdrawal run at the same time, one of them sees the other. A
  // content that gets the name all the same is an unfinished withdrawal, which `walstow status`
  // reports.
  if (const auto refusal =
          refuse_withdrawn(*asked.archive, accept.cluster, accept.file, accept.digits))
    return to_reply(*refusal);
  const ListConflicts what_is_left{.cluster = accept.cluster, .file = accept.file};
  return json_reply(200, to_json(list_conflicts(*asked.archive, what_is_left)));
}

Reply answer(const RequestContext& asked, const SetAside& aside) {
  return json_reply(200, to_json(set_aside(*asked.archive, aside, asked.caller.name)));
}

Reply answer(const RequestContext& asked, const WithdrawFile& withdraw) {
  return withdrawn_reply(withdraw_file(*asked.archive, withdraw, asked.caller.name, now()));
}

Reply answer(const RequestContext& asked, const ReturnFile& back) {
  return withdrawn_reply(return_file(*asked.archive, back, asked.caller.name));
}

Reply answer(const RequestContext& asked, const PurgeFile& purge) {
  return withdrawn_reply(purge_file(*asked.archive, purge, asked.caller.name));
}

Reply answer(const RequestContext& asked, const SetNewTimelines& set) {
  return json_reply(
      200, to_json(set_new_timelines(asked.archive->backend(), set, asked.caller.name, now())));
}

Reply answer(const RequestContext& asked, const AddHold& add) {
  return added_reply(add_hold(*asked.archive, add, asked.caller.name, now()));
}

Reply answer(const RequestContext& asked, const RemoveHold& remove) {
  if (!remove_hold(*asked.archive, remove)) {
    return to_reply(no_such_record(fmt::format("hold \"{}\"", remove.id), remove.cluster));
  }
  return json_reply(200, "{}\n");
}

Reply answer(const RequestContext& asked, const AddBackup& add) {
  return added_reply(add_backup(*asked.archive, add, asked.caller.name, now()));
}

Reply answer(const RequestContext& asked, const RemoveBackup& remove) {
  if (!remove_backup(*asked.archive, remove)) {
    return to_reply(no_such_record(fmt::format("added backup \"{}\"", remove.id), remove.cluster));
  }
  return json_reply(200, "{}\n");
}

Reply answer(const RequestContext& asked, const SetPolicy& set) {
  if (auto refused = refuse_policy(*asked.archive, set)) return to_reply(*std::move(refused));
  Backend& backend = asked.archive->backend();
  if (set.quota) set_quota(backend, set.cluster, *set.quota, asked.caller.name, now());
  const std::optional<PolicyReport> policy =
      set.policy == PrunePolicy()
          ? read_policy(*asked.archive, set.cluster)
          : std::optional(set_policy(*asked.archive, set, asked.caller.name, now()));
  return json_reply(
      200, to_json(ClusterPolicy{.policy = policy, .quota = read_quota(backend, set.cluster)}));
}

Reply answer(const RequestContext& asked, const RemovePolicy& remove) {
  if (!remove_policy(*asked.archive, remove))
    return to_reply(no_such_record("policy", remove.cluster));
  return json_reply(200, "{}\n");
}

Reply answer(const RequestContext& asked, const BeginPrune& begin) {
  return reply_to(200, begin_prune(*asked.archive, begin, asked.caller.name, now()));
}

Reply answer(const RequestContext& asked, const ContinuePrune& go_on) {
  return reply_to(200, continue_prune(*asked.archive, go_on));
}

Reply answer(const RequestContext& asked, const AbandonPrune& abandon) {
  return reply_to(200, abandon_prune(*asked.archive, abandon, asked.caller.name));
}

}  // namespace walstow
