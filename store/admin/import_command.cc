// `walstow import`: puts the files of an archive that cp, scp, pg_receivewal or another program
// wrote. It may end at any moment: a further run finds what the store has, and sends only the
// rest.
#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/program/stop_signal.h"
#include "store/admin/commands.h"
#include "store/admin/file_range_options.h"
#include "store/admin/import/own_segments.h"
#include "store/admin/import_target.h"
#include "store/admin/transfer.h"

namespace walstow {
namespace {

std::unique_ptr<FileSystem> open_folder(const std::string& path) {
  if (auto folder = open_posix_file_system(path)) return folder;
  throw Error(ErrorKind::kUsage, fmt::format("there is no folder \"{}\"", path));
}

// Of all files, also outside the range: histories belong to the system of the segments around them.
void read_all_headers(FileSystem& folder, ArchiveScan& scan, ProgressLine& line) {
  std::uint64_t done = 0;
  read_headers(folder, scan.files, [&] {
    line.show(++done, 0);
    return !is_stopped();
  });
  line.clear();
}

void explain(const Findings& findings, const ServerIdentity& system) {
  if (findings.count(Finding::Kind::kOtherSystem) > 0) {
    log_line(
        LogLevel::kWarning,
        fmt::format("files of other systems than {} were left out", *system.system_identifier),
        "They may be from before a pg_upgrade, or from another server. --system selects another "
        "system, for which the cluster must have an era.");
  }
  if (findings.count(Finding::Kind::kUnknownName) > 0) {
    log_line(LogLevel::kWarning, "files with names of an unknown form were left out",
             "If such a file is a WAL file, decompress it or rename it, and repeat the import.");
  }
  if (findings.count(Finding::Kind::kContents) > 0) {
    log_line(
        LogLevel::kWarning,
        "several files with the same name have different contents; none of them was put",
        "Find out which of them belongs to the log, move the others away, and repeat the import.");
  }
  explain_uncertain(findings);
}

int import_archive(const CommandContext& call) {
  const std::string path = call.command.positional("DIR");
  const std::unique_ptr<FileSystem> folder = open_folder(path);
  Transfer transfer(call);
  TransferPlan plan{.name = "import", .target = transfer.begin()};
  ArchiveScan scan = scan_archive(*folder);
  read_all_headers(*folder, scan, transfer.line());
  leave_out_renamed(*folder, scan);
  transfer.report(scan.findings);
  const FileOwners owners(scan);
  if (!is_stopped())
    plan.target.system = system_to_import(call, transfer.client(), scan.files, owners);
  plan.files = scan.files;
  plan.select = [&](const ImportUnit& unit) {
    return select_files(*folder, unit, plan.target, owners, scan.files);
  };
  plan.command = {"import", plan.target.cluster, absolute_path(path)};
  plan.explain = [&](const Findings& findings) { explain(findings, plan.target.system); };
  const int code = transfer.run(plan);
  const auto is_backup = [](const FoundFile& found) {
    return found.file.kind() == FileKind::kBackup;
  };
  if (std::ranges::any_of(scan.files, is_backup)) {
    log_line(LogLevel::kWarning, "for prune, the imported base backups are as old as their import",
             fmt::format("To keep old ones for their month or year, register each with {}.",
                         suggestion({"backup", "add", plan.target.cluster, "START", "STOP",
                                     "--stopped", "TIME"})));
  }
  return code;
}

}  // namespace

std::vector<AdminCommand> import_commands() {
  return {
      {{"import",
        "put the WAL files of an archive that cp, scp, pg_receivewal or another program wrote",
        {kDryRunOption,
         {"--system", "ID",
          "the system identifier of the files to put (default: the identifier of the cluster's "
          "newest era, or else of all files)"},
         kTimelineOption,
         kFromOption,
         kToOption,
         kTransferJobsOption},
        {kOptionalClusterArgument,
         {.name = "DIR",
          .help = "the folder of the archive, with or without sub-folders",
          .type = ValueType::kFolder}},
        {{"Check an archive that cp wrote, and then import it",
          "walstow import main /mnt/wal --dry-run && walstow import main /mnt/wal"}}},
       import_archive},
  };
}

}  // namespace walstow
