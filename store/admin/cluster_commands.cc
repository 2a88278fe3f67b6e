// `walstow cluster create|list|upgrade`, whoami, check, status and get.
#include <algorithm>
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/client/client.h"
#include "proto/client/client_settings.h"
#include "proto/pgdata/certificate_warning.h"
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
  print(call.json() ? answer : fmt::format("cluster \"{}\" made\n", cluster));
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

// The new server is told by its data directory, or by the two numbers that it would give.
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
              "found no segment size in the control file of \"{}\", nor in a segment in its pg_wal",
              pgdata),
          "Give --system and --segment-size, as pg_controldata shows them.");
    }
    open.system_identifier = control->system_identifier;
    open.segment_size = control->segment_size->bytes();
    return open;
  }
  const auto system_identifier = parse_decimal(system);
  const auto bytes = parse_size(size);
  const auto segment_size = bytes ? SegmentSize::from_bytes(*bytes) : std::nullopt;
  if (!pgdata.empty() || !system_identifier || !segment_size) {
    throw Error(ErrorKind::kUsage, "which server begins the new era?",
                "Give --pgdata DIR, or --system ID and --segment-size SIZE (\"16MB\"), as "
                "pg_controldata shows them.");
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

int check(const CommandContext& call) {
  Client client = call.client();
  const std::string answer = client.ask(CheckStore{call.cluster()}, patience());
  print(call.json() ? answer : check_text(parse_check_report(answer)));
  if (const auto until = client.certificate_until()) {
    if (!call.json()) print(fmt::format("  certificate until {}\n", to_iso8601(*until)));
    warn_of_certificate_end(*until, std::chrono::system_clock::now());
  }
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

// A get is not looked at again on its way out, as everything else that is asked is.
std::string cluster_name(const CommandContext& call) {
  std::string name = call.command.positional("CLUSTER");
  if (valid_cluster_name(name)) return name;
  throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not the name of a cluster", escaped(name)),
              "A name has 1 to 63 letters, digits, \"-\" and \"_\", and starts with a letter or "
              "digit.");
}

int get(const CommandContext& call) {
  const std::string name = call.command.positional("FILE");
  const std::string path = call.command.positional("PATH");
  const auto file = WalFileName::parse(name);
  if (!file) {
    throw Error(ErrorKind::kUsage,
                fmt::format("\"{}\" is not the name of a WAL file", escaped(name)),
                "Names look like 000000010000000A000000FF or 00000002.history.");
  }
  const auto folder = open_posix_file_system(parent_folder(path));
  if (!folder) {
    throw Error(ErrorKind::kUsage, fmt::format("there is no folder \"{}\"", parent_folder(path)));
  }
  auto output = folder->create_temporary();
  std::uint64_t written = 0;
  const GetSink sink{.raw =
                         [&](ByteView bytes) {
                           output->write_at(written, bytes);
                           written += bytes.size();
                         },
                     .restart =
                         [&] {
                           output = folder->create_temporary();
                           written = 0;
                         },
                     .object = {}};
  const GetFile question{.cluster = cluster_name(call), .file = *file};
  const GetDone done = call.client().get(question, sink, patience());
  if (const auto* absent = std::get_if<Absent>(&done)) {
    log_line(LogLevel::kError, absent->refusal.message, absent->refusal.hint);
    return exit_code::kFailed;
  }
  output->sync();
  const std::string own_name = path.substr(path.rfind('/') + 1);
  if (folder->link_temporary(*output, own_name) == LinkResult::kExists) {
    throw Error(ErrorKind::kUsage, fmt::format("file \"{}\" exists already", path),
                "Nothing was written. Give another path.");
  }
  output->close();
  folder->sync_folder(".");
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
         {"--system", "ID", "its system identifier, if there is no data directory"},
         {"--segment-size", "SIZE", "its segment size, such as 16MB"}},
        {kClusterArgument}},
       cluster_upgrade},
      {{"whoami", "show under which name the store knows you, and your rights", {}, {}}, whoami},
      {{"check",
        "have the store publish, read back and remove a probe",
        {},
        {kOptionalClusterArgument}},
       check},
      {{"status",
        "show timelines, ranges, holes, sizes and standbys; without a cluster, all clusters",
        {},
        {kOptionalClusterArgument},
        {{"Show the state of the cluster main", "walstow status main"}}},
       status},
      {{"get",
        "get one file, as PostgreSQL would get it",
        {},
        {kClusterArgument,
         {"FILE", "the WAL file's name"},
         {.name = "PATH",
          .help = "where to write it; an existing file is never replaced",
          .type = ValueType::kFile}}},
       get},
  };
}

}  // namespace walstow
