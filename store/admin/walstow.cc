// walstow: the store's administration, for a person at a terminal and for cron.
#include <algorithm>
#include <csignal>
#include <span>
#include <string_view>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/program/command_line.h"
#include "proto/program/exit_code.h"
#include "proto/program/run_program.h"
#include "store/admin/check/nagios_text.h"
#include "store/admin/command_context.h"
#include "store/admin/commands.h"

namespace walstow {
namespace {

// A scheduler of checks takes exit code 2 for "critical", and shows only standard output.
bool is_for_nagios(int argc, const char* const* argv) {
  const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
  const auto ends_with = [words](std::string_view text) {
    return std::ranges::any_of(words,
                               [text](std::string_view word) { return word.ends_with(text); });
  };
  return ends_with("check") && ends_with("nagios");
}

int run(int argc, const char* const* argv) {
  const ProgramSpec program = admin_program();
  ParsedCommand command;
  Settings settings(program.settings);
  try {
    if (parse_command_line(program, argc, argv, command, settings) == CommandLineResult::kShown) {
      return exit_code::kDone;
    }
  } catch (const Error& error) {
    if (!is_for_nagios(argc, argv)) throw;
    CheckResult result;
    result.add(Severity::kUnknown, CheckedPart::kSettings, error.what(), error.hint());
    print(nagios_text("", result));
    return nagios_code(result.worst());
  }
  start_log("walstow", command.verbose ? LogLevel::kDebug : LogLevel::kInfo);
  return run_admin_command(command, settings);
}

}  // namespace
}  // namespace walstow

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a store that hangs up is an error of the write
  walstow::start_log("walstow", walstow::LogLevel::kInfo);
  return walstow::run_program([&] { return walstow::run(argc, argv); });
}
