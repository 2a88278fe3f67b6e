// `walstow get`: one file, or a range of segments.
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/program/exit_code.h"
#include "store/admin/commands.h"
#include "store/admin/get_range.h"
#include "store/admin/log/fetched_file.h"
#include "store/admin/log/segment_range.h"

namespace walstow {
namespace {

constexpr Option kJobsOption{"--jobs", "N",
                             "get a range: number of files to get in parallel (default: 2)"};

int get_one(const CommandContext& call) {
  const std::string name = call.command.positional("FILE");
  const std::string path = call.command.positional("PATH");
  const auto file = WalFileName::parse(name);
  if (is_end_of_range(path)) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("\"{}\" looks like the end of a range, but a range needs --into or --tar",
                    escaped(path)),
        "Give --into DIR or --tar. To write one file, give its path with a folder, such as "
        "./NAME.");
  }
  if (!file) {
    throw Error(ErrorKind::kUsage,
                fmt::format("\"{}\" is not the name of a WAL file", escaped(name)),
                "Names look like 000000010000000A000000FF or 00000002.history.");
  }
  const auto folder = open_posix_file_system(parent_folder(path));
  if (!folder) {
    throw Error(ErrorKind::kUsage, fmt::format("there is no folder \"{}\"", parent_folder(path)));
  }
  Client client = call.client();
  auto result =
      fetch_into(*folder, client, {.cluster = call.valid_cluster(), .file = *file}, patience());
  if (const auto* const absent = std::get_if<Absent>(&result)) {
    log_line(LogLevel::kError, absent->refusal.message, absent->refusal.hint);
    return exit_code::kFailed;
  }
  const std::string own_name = path.substr(path.rfind('/') + 1);
  if (publish(*folder, std::get<FetchedFile>(result), own_name) == LinkResult::kExists) {
    throw Error(ErrorKind::kUsage, fmt::format("file \"{}\" exists already", path),
                "Nothing was written. Give another path.");
  }
  folder->sync_folder(".");
  return exit_code::kDone;
}

int get(const CommandContext& call) {
  return is_range(call) ? get_range(call) : get_one(call);
}

}  // namespace

std::vector<AdminCommand> get_commands() {
  return {
      {{"get",
        "get one file, as PostgreSQL would get it; or the segments from one position of the log to "
        "another",
        {kIntoOption, kTarOption, kRangeTimelineOption, kAllowHolesOption, kJobsOption},
        {kClusterArgument,
         {"FILE", "the WAL file's name; of a range, the first segment or an LSN"},
         {.name = "PATH",
          .help = "where to write the file, which must not exist; of a range, the last segment or "
                  "an LSN",
          .type = ValueType::kFile}},
        {{"The segments around a mistake, for pg_waldump",
          "walstow get main 000000010000000A000000FE 000000010000000B00000001 --into /tmp/wal"}}},
       get},
  };
}

}  // namespace walstow
