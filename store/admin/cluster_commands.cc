// `walstow cluster create|list|upgrade`, whoami and status.
#include <fmt/format.h>

#include "proto/client/client.h"
#include "proto/client/client_settings.h"
#include "proto/pgdata/data_directory.h"
#include "proto/program/exit_code.h"
#include "store/admin/all_pages.h"
#include "store/admin/commands.h"
#include "store/admin/report_text.h"
#include "store/admin/status_text.h"

namespace walstow {
namespace {

int cluster_create(const CommandContext& call) {
  const std::string cluster = call.command.positional("CLUSTER");
  const std::string answer = call.client().ask(CreateCluster{cluster}, patience());
  print(call.json() ? answer : fmt::format("cluster \"{}\" created\n", cluster));
  return exit_code::kDone;
}

void print_clusters(const CommandContext& call, const WholeList<ClusterSummary>& clusters) {
  if (call.json()) {
    print(clusters.json);
  } else {
    print(clusters_text(clusters.entries), call.reach());
  }
}

int cluster_list(const CommandContext& call) {
  Client client = call.client();
  print_clusters(call, ask_all(client, ListClusters{}, patience(), parse_cluster_summaries));
  return exit_code::kDone;
}

// The new server is identified by its data directory, or by two numbers on the command line.
OpenEra era_to_open(const CommandContext& call) {
  OpenEra open{.cluster = call.command.positional("CLUSTER")};
  const std::string pgdata = call.command.option("pgdata");
  const std::string system = call.command.option("system");
  const std::string size = call.command.option("segment-size");
  if (!pgdata.empty() && system.empty() && size.empty()) {
    const auto control = read_control_file(pgdata);
    if (!control || !control->segment_size) {
      throw Error(
          ErrorKind::kInvalid,
          fmt::format(
              "found no segment size in the control file of \"{}\", and no segment in its pg_wal",
              pgdata),
          "Give --system and --segment-size with the numbers that pg_controldata prints as "
          "\"Database system identifier\" and \"Bytes per WAL segment\".");
    }
    open.system_identifier = control->system_identifier;
    open.segment_size = control->segment_size->bytes();
    return open;
  }
  const auto system_identifier = parse_decimal(system);
  const auto bytes = parse_size(size);
  const auto segment_size = bytes ? SegmentSize::from_bytes(*bytes) : std::nullopt;
  if (!pgdata.empty() || !system_identifier || !segment_size) {
    throw Error(
        ErrorKind::kUsage, "the command does not name the server that begins the new era",
        "Give --pgdata DIR, or --system and --segment-size with the numbers that pg_controldata "
        "prints as \"Database system identifier\" and \"Bytes per WAL segment\".");
  }
  open.system_identifier = *system_identifier;
  open.segment_size = segment_size->bytes();
  return open;
}

int cluster_upgrade(const CommandContext& call) {
  const std::string answer = call.client().ask(era_to_open(call), patience());
  if (call.json()) {
    print(answer);
  } else {
    const auto summaries = parse_cluster_summaries(answer);
    print(fmt::format("cluster \"{}\" is in era {} now; its earlier eras are kept\n",
                      summaries.at(0).cluster, summaries.at(0).newest_era));
  }
  return exit_code::kDone;
}

int whoami(const CommandContext& call) {
  const std::string answer = call.client().ask(Whoami{}, patience());
  print(call.json() ? answer : whoami_text(parse_whoami_report(answer)));
  return exit_code::kDone;
}

int status(const CommandContext& call) {
  Client client = call.client();
  const std::string given = call.command.positional("CLUSTER");
  if (given.empty() && !call.settings.has("cluster")) {
    const auto answer = ask_all(client, ListClusters{}, patience(), parse_cluster_summaries);
    print_clusters(call, answer);
    return exit_code::kDone;
  }
  const std::string answer = client.ask(ClusterStatus{call.cluster()}, long_patience());
  if (call.json()) {
    print(answer);
  } else {
    const StatusStyle style{.now = std::chrono::system_clock::now(), .color = color_of_terminal()};
    print(status_text(parse_cluster_report(answer), style), call.reach());
  }
  return exit_code::kDone;
}

}  // namespace

std::vector<AdminCommand> cluster_commands() {
  return {
      {{"cluster create",
        "create a cluster",
        {},
        {kClusterArgument},
        {{"Create the cluster main", "walstow cluster create main"}}},
       cluster_create},
      {{"cluster list", "list the clusters", {}, {}}, cluster_list},
      {{"cluster upgrade",
        "open the next era: after pg_upgrade, or for a new segment size",
        {{"-D,--pgdata", "DIR", "the new server's data directory", ValueType::kFolder},
         {"--system", "ID",
          "the new server's system identifier, if its data directory is not on this host"},
         {"--segment-size", "SIZE", "the new server's segment size, such as 16MB"}},
        {kClusterArgument}},
       cluster_upgrade},
      {{"whoami", "show the name under which the store knows you, and your rights", {}, {}},
       whoami},
      {{"status",
        "show timelines, ranges, holes, sizes and standbys; without a cluster, all clusters",
        {},
        {kOptionalClusterArgument},
        {{"Show the state of the cluster main", "walstow status main"}}},
       status},
  };
}

}  // namespace walstow
