#include "store/admin/commands.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/client/command_settings.h"

namespace walstow {
namespace {

const std::vector<AdminCommand>& admin_commands() {
  static const std::vector<AdminCommand> kAll = [] {
    std::vector<AdminCommand> all = server_commands();
    for (auto* const part :
         {&copy_commands, &cluster_commands, &check_commands, &file_commands, &get_commands,
          &wait_commands, &recovery_commands, &import_commands, &backfill_commands,
          &verify_commands, &prune_commands, &policy_commands, &retention_commands,
          &conflict_commands, &withdraw_commands, &client_commands})
      std::ranges::move(part(), std::back_inserter(all));
    return all;
  }();
  return kAll;
}

// All commands print text or JSON.
void refuse_other_output(const CommandContext& call) {
  const std::string output = call.settings.text("output");
  if (output == "text" || output == "json" || call.command.command == "check") return;
  throw Error(ErrorKind::kUsage,
              fmt::format("\"walstow {}\" has no output \"{}\"", call.command.command, output),
              "Only \"walstow check\" has this output.");
}

}  // namespace

ProgramSpec admin_program() {
  static const std::vector<Setting> kSettings = [] {
    std::vector<Setting> settings = command_settings();
    settings.push_back({.name = "output",
                        .type = ValueType::kChoice,
                        .default_value = "text",
                        .placeholder = "FORMAT",
                        .help = "format of the answers",
                        .choices = "text|json|nagios|prometheus",
                        .program = "walstow",
                        .in_file = false});
    return settings;
  }();
  ProgramSpec program{.name = "walstow",
                      .summary = "Administers an archive store of PostgreSQL's WAL.",
                      .notes = {},
                      .settings_file = "walstow.toml",
                      .settings = kSettings,
                      .commands = {}};
  for (const AdminCommand& command : admin_commands())
    program.commands.push_back(command.spec);
  return program;
}

int run_admin_command(const ParsedCommand& command, const Settings& settings) {
  for (const AdminCommand& candidate : admin_commands()) {
    if (candidate.spec.name != command.command) continue;
    const CommandContext call{command, settings};
    refuse_other_output(call);
    complete_hints(call.reach());
    return candidate.run(call);
  }
  throw Error(ErrorKind::kUsage, "no command was given", "\"walstow --help\" lists the commands.");
}

}  // namespace walstow
