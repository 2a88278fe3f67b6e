#include <vector>

#include "proto/base/log.h"
#include "proto/wire/report.h"
#include "store/archive/client_registry.h"
#include "store/archive/probe_archive.h"
#include "store/files/conflicts.h"
#include "store/files/get_file.h"
#include "store/inventory/file_list.h"
#include "store/inventory/verify.h"
#include "store/retention/holds_and_backups.h"
#include "store/retention/prune.h"
#include "store/retention/prune_policy.h"
#include "store/retention/retention_inventory.h"
#include "store/service/command_answers.h"

namespace walstow {

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

Reply answer(const RequestContext& asked, const GetFile& get) {
  Reply reply = get_file(asked.archive, get);
  const bool there = reply.head.status == 200;
  const bool absent = reply.head.status == 404;
  if (!get.instance || !get.system_identifier || !(there || absent)) return reply;
  // A HEAD hands nothing over. It tells how far PostgreSQL has got without asking (last_handed).
  const bool handed = there && get.file.kind() == FileKind::kSegment && !get.head_only;
  note_position(*asked.archive, get.cluster, asked.caller,
                {.instance = *get.instance,
                 .system_identifier = *get.system_identifier,
                 .handed = handed ? std::optional(get.file) : std::nullopt,
                 .restartpoint = get.restartpoint,
                 .waits = absent && !get.head_only});
  return reply;
}

Reply answer(const RequestContext& asked, const ListFiles& list) {
  return json_reply(200, to_json(list_files(*asked.archive, list)));
}

Reply answer(const RequestContext& asked, const ListHoles& list) {
  return json_reply(200, to_json(asked.catalog.holes(*asked.archive, list)));
}

Reply answer(const RequestContext& asked, const ClusterStatus& status) {
  return json_reply(200, to_json(asked.catalog.report(*asked.archive, status.cluster)));
}

Reply answer(const RequestContext& asked, const VerifyFiles& verify) {
  return json_reply(200, to_json(verify_files(*asked.archive, verify)));
}

Reply answer(const RequestContext& asked, const CheckStore& check) {
  return json_reply(200, to_json(probe_archive(*asked.archive, check.cluster)));
}

Reply answer(const RequestContext& asked, const Whoami&) {
  return json_reply(200,
                    to_json(WhoamiReport{.archive = asked.archive->id(),
                                         .name = asked.caller.name,
                                         .grants = asked.grants,
                                         .certificate_until = asked.caller.certificate_until}));
}

Reply answer(const RequestContext& asked, const ListClusters&) {
  std::vector<ClusterSummary> clusters = report_clusters(*asked.archive);
  std::erase_if(clusters, [&asked](const ClusterSummary& cluster) {
    return !concerns(asked.grants, cluster.cluster);
  });
  return json_reply(200, to_json(clusters));
}

Reply answer(const RequestContext& asked, const ListClients&) {
  return json_reply(200, to_json(list_clients(asked.archive->backend())));
}

Reply answer(const RequestContext& asked, const ListConflicts& list) {
  return json_reply(200, to_json(list_conflicts(*asked.archive, list)));
}

Reply answer(const RequestContext& asked, const ListHolds& list) {
  return json_reply(200, to_json(list_holds(*asked.archive, list.cluster)));
}

Reply answer(const RequestContext& asked, const ListBackups& list) {
  return json_reply(200, to_json(asked.catalog.backups(*asked.archive, list.cluster)));
}

Reply answer(const RequestContext& asked, const ListStandbys& list) {
  return json_reply(200, to_json(list_positions(asked.archive->backend(), list.cluster)));
}

Reply answer(const RequestContext& asked, const ShowPolicy& show) {
  return json_reply(200, to_json(read_policy(*asked.archive, show.cluster)));
}

Reply answer(const RequestContext& asked, const PlanPrune& plan) {
  const auto planned = plan_prune(*asked.archive, plan, std::chrono::system_clock::now());
  if (const auto* refusal = std::get_if<Refusal>(&planned)) return to_reply(*refusal);
  return json_reply(200, to_json(std::get<PrunePlanReport>(planned)));
}

}  // namespace walstow
