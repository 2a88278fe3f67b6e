// `walstow conflict list|show|accept`: versions that arrived under a name already in use, and the
// decision between them.
#include <algorithm>
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/program/exit_code.h"
#include "store/admin/all_pages.h"
#include "store/admin/commands.h"
#include "store/admin/report_text.h"

namespace walstow {
namespace {

WalFileName file_argument(const CommandContext& call) {
  const std::string name = call.command.positional("FILE");
  const auto file = WalFileName::parse(name);
  if (file) return *file;
  throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not the name of a WAL file", escaped(name)),
              "Names look like 000000010000000A000000FF or 00000002.history.");
}

int show_all(const CommandContext& call, const ListConflicts& question) {
  Client client = call.client();
  const auto conflicts = ask_all(client, question, patience(), parse_conflict_reports);
  print(call.json() ? conflicts.json : conflicts_text(conflicts.entries));
  return exit_code::kDone;
}

int conflict_list(const CommandContext& call) {
  return show_all(call, ListConflicts{.cluster = call.cluster()});
}

int conflict_show(const CommandContext& call) {
  return show_all(call, ListConflicts{.cluster = call.command.positional("CLUSTER"),
                                      .file = file_argument(call)});
}

int conflict_accept(const CommandContext& call) {
  const std::string digits = call.command.positional("DIGEST");
  const AcceptContent decision{
      .cluster = call.command.positional("CLUSTER"), .file = file_argument(call), .digits = digits};
  const std::string answer = call.client().ask(decision, patience());
  if (call.json()) {
    print(answer);
  } else {
    print(fmt::format("\"{}\" is now {}; the archive keeps these other versions of it:\n{}",
                      decision.file.text(), digits,
                      conflicts_text(parse_conflict_reports(answer))));
  }
  return exit_code::kDone;
}

}  // namespace

std::vector<AdminCommand> conflict_commands() {
  constexpr std::string_view kFileHelp = "the WAL file's name";
  return {
      {{"conflict list",
        "list the versions that arrived under a name already in use",
        {},
        {kOptionalClusterArgument}},
       conflict_list},
      {{"conflict show",
        "compare the versions of one file",
        {},
        {kClusterArgument, {"FILE", kFileHelp}}},
       conflict_show},
      {{"conflict accept",
        "give the file's name to one version, and settle the others",
        {},
        {kClusterArgument,
         {"FILE", kFileHelp},
         {"DIGEST", "the digest of the right version, or its first 12 digits"}}},
       conflict_accept},
  };
}

}  // namespace walstow
