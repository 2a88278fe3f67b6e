// `walstow backfill`: puts what a server has in its pg_wal and the archive lacks. A primary that
// died had not archived its newest segments, and a standby that was promoted never archives the
// segments that it had received from it.
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "store/admin/commands.h"
#include "store/admin/file_range_options.h"
#include "store/admin/import/node_files.h"
#include "store/admin/transfer.h"

namespace walstow {
namespace {

std::string data_directory_of(const CommandContext& call) {
  std::string path = call.command.option("pgdata");
  if (path.empty()) {
    throw Error(
        ErrorKind::kUsage, "no data directory is given",
        "Give it with --pgdata. If only a copy of a pg_wal is left, \"walstow import\" puts its "
        "finished segments, provided that the copy has the folder archive_status.");
  }
  if (is_data_directory(path)) return path;
  throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not a data directory", path),
              "It has no global/pg_control. \"walstow import\" puts the files of a folder. For a "
              "copy of a pg_wal, the copy needs the folder archive_status.");
}

// pg_wal, before PostgreSQL 10 pg_xlog.
std::unique_ptr<FileSystem> open_wal(const std::string& data_directory) {
  for (const char* const name : {"pg_wal", "pg_xlog"}) {
    if (auto folder = open_posix_file_system(fmt::format("{}/{}", data_directory, name)))
      return folder;
  }
  throw Error(ErrorKind::kUsage, fmt::format("there is no folder \"{}/pg_wal\"", data_directory));
}

void explain_backfill(const Findings& findings) {
  if (findings.count(Finding::Kind::kDamaged) > 0) {
    log_line(LogLevel::kWarning, "damaged files were left out",
             "Another server of the cluster may have them undamaged: run this command there, too.");
  }
  explain_uncertain(findings);
}

int backfill(const CommandContext& call) {
  const std::string data_directory = data_directory_of(call);
  const ServerIdentity server = find_server_identity(data_directory, "");
  const std::unique_ptr<FileSystem> wal = open_wal(data_directory);
  Transfer transfer(call);
  TransferPlan plan{.name = "backfill", .target = transfer.begin()};
  plan.target.system = server;
  ArchiveScan scan = scan_node(*wal, server);
  transfer.report(std::move(scan.findings));
  plan.files = scan.files;
  plan.select = [&](const ImportUnit& unit) {
    return select_of_node(*wal, unit, plan.target, scan.files);
  };
  plan.command = {"backfill", "--pgdata", absolute_path(data_directory), plan.target.cluster};
  plan.explain = explain_backfill;
  return transfer.run(plan);
}

}  // namespace

std::vector<AdminCommand> backfill_commands() {
  return {
      {{"backfill",
        "put what a server has in its pg_wal and the archive lacks",
        {{"-D,--pgdata", "DIR", "the data directory of the server, which may be running or dead",
          ValueType::kFolder},
         kDryRunOption,
         kTimelineOption,
         kFromOption,
         kToOption,
         kTransferJobsOption},
        {kOptionalClusterArgument},
        {{"After a promotion, on the new primary",
          "walstow backfill --pgdata /var/lib/postgresql/15/main main"}}},
       backfill},
  };
}

}  // namespace walstow
