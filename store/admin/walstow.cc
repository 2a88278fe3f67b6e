// walstow: the store's administration, for a person at a terminal and for cron.
#include <csignal>

#include "proto/base/log.h"
#include "proto/client/command_settings.h"
#include "proto/program/command_line.h"
#include "proto/program/exit_code.h"
#include "proto/program/run_program.h"
#include "store/admin/commands.h"

namespace walstow {
namespace {

int run(int argc, const char* const* argv) {
  std::vector<Setting> table = command_settings();
  table.push_back({.name = "output",
                   .type = SettingType::kChoice,
                   .default_value = "text",
                   .placeholder = "FORMAT",
                   .help = "how answers are printed",
                   .choices = "text|json"});
  ParsedCommand command;
  Settings settings(table);
  const ProgramSpec program{
      .name = "walstow",
      .summary = "Administers an archive store of PostgreSQL's WAL.",
      .footer =
          "Exit codes: 0 done, 1 the answer is no, 2 wrong call or configuration. Of verify: 3\n"
          "damaged objects, 4 missing segments, 5 foreign files.",
      .settings_file = "walstow.toml",
      .settings = table,
      .commands = admin_command_specs()};
  if (parse_command_line(program, argc, argv, command, settings) == CommandLineResult::kShown) {
    return exit_code::kDone;
  }
  start_log("walstow", command.verbose ? LogLevel::kDebug : LogLevel::kInfo);
  return run_admin_command(command, settings);
}

}  // namespace
}  // namespace walstow

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a store that has gone away is an error of the write
  walstow::start_log("walstow", walstow::LogLevel::kInfo);
  return walstow::run_program([&] { return walstow::run(argc, argv); });
}
