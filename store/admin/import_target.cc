#include "store/admin/import_target.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/admin/all_pages.h"

namespace walstow {
namespace {

std::optional<EraName> newest_era(Client& client, const std::string& cluster) {
  const auto clusters =
      ask_all(client, ListClusters{}, patience(), parse_cluster_summaries).entries;
  const auto found = std::ranges::find(clusters, cluster, &ClusterSummary::cluster);
  if (found == clusters.end()) {
    throw Error(ErrorKind::kRefused, fmt::format("the archive has no cluster \"{}\"", cluster),
                fmt::format("An administrator can create it: {}.",
                            suggestion({"cluster", "create", cluster})));
  }
  return found->newest_era.empty() ? std::nullopt : parse_era_name(found->newest_era);
}

std::uint64_t system_option(const std::string& text) {
  const auto system = parse_decimal(text);
  if (system && *system > 0) return *system;
  throw Error(ErrorKind::kUsage, fmt::format("invalid value \"{}\" for --system", escaped(text)),
              "Give the number that pg_controldata prints as \"Database system identifier\".");
}

// The system of a cluster that has no file yet, if all segments have the same one.
std::uint64_t only_system(const FileOwners& owners) {
  if (owners.systems().size() == 1) return owners.systems().begin()->first;
  if (owners.systems().empty()) {
    throw Error(ErrorKind::kUsage,
                "the cluster has no file yet, and no segment here identifies its system",
                "Give the system identifier with --system, or archive a segment first.");
  }
  std::string text;
  for (const auto& [system, count] : owners.systems())
    text += fmt::format("{}{} ({} segments)", text.empty() ? "" : ", ", system, count);
  throw Error(
      ErrorKind::kUsage, fmt::format("the segments belong to several systems: {}", text),
      "Select the cluster's system with --system. The files of the other systems are left out.");
}

}  // namespace

void require_archive_right(Client& client, const std::string& cluster) {
  const WhoamiReport caller = parse_whoami_report(client.ask(Whoami{}, patience()));
  for (const Grant& grant : caller.grants) {
    if (grant.cluster != cluster && grant.cluster != kEveryCluster) continue;
    if (grant.rights.contains(Right::kArchive)) return;
  }
  throw Error(
      ErrorKind::kRefused,
      fmt::format("client \"{}\" may not put files into cluster \"{}\"", caller.name, cluster),
      fmt::format("Use the settings file of a client with the right \"archive\", such as the "
                  "server's. Or ask an administrator to give this client the right: {}.",
                  suggestion({"client", "grant", caller.name, "--cluster", cluster, "--right",
                              "archive"})));
}

ServerIdentity system_to_import(const CommandContext& call, Client& client,
                                std::span<const FoundFile> files, const FileOwners& owners) {
  const auto era = newest_era(client, call.cluster());
  const std::string option = call.command.option("system");
  const std::uint64_t system = !option.empty() ? system_option(option)
                               : era           ? era->system_identifier
                                               : only_system(owners);
  ServerIdentity identity{.system_identifier = system};
  if (era && era->system_identifier == system) {
    identity.segment_size = SegmentSize::from_bytes(era->segment_size);
    return identity;
  }
  const auto first =
      std::ranges::find(files, identity.system_identifier, &FoundFile::system_identifier);
  if (first != files.end()) identity.segment_size = first->segment_size;
  return identity;
}

}  // namespace walstow
