#include <fmt/format.h>
#include <vector>

#include "proto/base/log.h"
#include "proto/http/http.h"
#include "proto/wire/report.h"
#include "store/archive/client_registry.h"
#include "store/archive/layout.h"
#include "store/archive/new_timelines_record.h"
#include "store/archive/probe_archive.h"
#include "store/files/conflicts.h"
#include "store/files/withdrawal.h"
#include "store/inventory/file_list.h"
#include "store/inventory/times_list.h"
#include "store/inventory/verify.h"
#include "store/retention/holds_and_backups.h"
#include "store/retention/prune.h"
#include "store/retention/prune_policy.h"
#include "store/retention/quota.h"
#include "store/retention/retention_inventory.h"
#include "store/service/command_answers.h"
#include "store/service/page_reply.h"

namespace walstow {
namespace {

template <class Report, class KeyOf>
Reply as_page(std::vector<Report> list, const PageRange& page, KeyOf key_of) {
  return page_reply(
      std::move(list), page, key_of,
      [](const std::vector<Report>& some, const std::string& next) { return to_json(some, next); });
}

}  // namespace

Reply answer(const RequestContext& asked, const ListFiles& list) {
  return json_reply(200, to_json(list_files(*asked.archive, list)));
}

Reply answer(const RequestContext& asked, const ListHoles& list) {
  return json_reply(200, to_json(asked.catalog.holes(*asked.archive, list)));
}

// What was read is written at once: the next page may find no room in memory.
Reply answer(const RequestContext& asked, const ListTimes& list) {
  const TimesPage page = list_times(*asked.archive, asked.times, list);
  asked.times.write(*asked.archive);
  return json_reply(200, to_json(page));
}

Reply answer(const RequestContext& asked, const ClusterStatus& status) {
  return json_reply(200, to_json(asked.catalog.report(*asked.archive, status.cluster)));
}

Reply answer(const RequestContext& asked, const VerifyFiles& verify) {
  const VerifyPage page = verify_files(*asked.archive, asked.times, verify);
  asked.times.write(*asked.archive);
  asked.verify_runs.note(*asked.archive, asked.caller.name, verify, page,
                         std::chrono::system_clock::now());
  return json_reply(200, to_json(page));
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

Reply answer(const RequestContext& asked, const ListClusters& list) {
  std::vector<ClusterSummary> clusters = report_clusters(*asked.archive);
  std::erase_if(clusters, [&asked](const ClusterSummary& cluster) {
    return !concerns(asked.grants, cluster.cluster);
  });
  return as_page(std::move(clusters), list.page,
                 [](const ClusterSummary& cluster) { return cluster.cluster; });
}

Reply answer(const RequestContext& asked, const ListClients& list) {
  return as_page(list_clients(asked.archive->backend()), list.page,
                 [](const ClientReport& client) { return client.client; });
}

Reply answer(const RequestContext& asked, const ListConflicts& list) {
  // Sorted with the newest era first.
  return as_page(list_conflicts(*asked.archive, list), list.page, [](const ConflictReport& report) {
    const auto era = parse_era_name(report.era);
    return fmt::format("{:03}/{}/{}/{}", layout::kMostEras - (era ? era->number : 0), report.file,
                       report.digest, report.state);
  });
}

Reply answer(const RequestContext& asked, const ListWithdrawn& list) {
  return json_reply(200, to_json(show_withdrawn(*asked.archive, list)));
}

Reply answer(const RequestContext& asked, const ShowNewTimelines& show) {
  return json_reply(200, to_json(read_new_timelines(asked.archive->backend(), show.cluster)));
}

Reply answer(const RequestContext& asked, const ListHolds& list) {
  return as_page(list_holds(*asked.archive, list.cluster), list.page,
                 [](const HoldReport& hold) { return hold.id; });
}

Reply answer(const RequestContext& asked, const ListBackups& list) {
  const auto key_of = [](const BackupReport& backup) {
    return fmt::format("{} {} {}", backup.era, backup.first, backup.name);
  };
  return as_page(asked.catalog.backups(*asked.archive, list.cluster), list.page, key_of);
}

Reply answer(const RequestContext& asked, const ListStandbys& list) {
  const auto key_of = [](const PositionReport& standby) {
    return fmt::format("{}/{}", percent_encoded(standby.client), standby.instance);
  };
  return as_page(list_positions(asked.archive->backend(), list.cluster), list.page, key_of);
}

Reply answer(const RequestContext& asked, const ShowPolicy& show) {
  return json_reply(
      200, to_json(ClusterPolicy{.policy = read_policy(*asked.archive, show.cluster),
                                 .quota = read_quota(asked.archive->backend(), show.cluster)}));
}

Reply answer(const RequestContext& asked, const PlanPrune& plan) {
  const auto planned = plan_prune(*asked.archive, plan, std::chrono::system_clock::now());
  if (!planned) return to_reply(planned.error());
  return json_reply(200, to_json(planned.value()));
}

}  // namespace walstow
