// walstow: the store's administration, for a person at a terminal and for cron.
#include <csignal>

#include "proto/base/log.h"
#include "proto/program/command_line.h"
#include "proto/program/exit_code.h"
#include "proto/program/run_program.h"
#include "store/admin/commands.h"

namespace walstow {
namespace {

int run(int argc, const char* const* argv) {
  const ProgramSpec program = admin_program();
  ParsedCommand command;
  Settings settings(program.settings);
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
