// The commands of `walstow`. Each command asks the store through the same client as all other
// programs. It prints the answer as text for people, or as the store's own JSON for programs.
#pragma once

#include <vector>

#include "store/admin/command_context.h"

namespace walstow {

// A file of the same name defines each of these lists, and describes its commands.
std::vector<AdminCommand> server_commands();  // on the store's own host, as the archive's owner
std::vector<AdminCommand> copy_commands();
std::vector<AdminCommand> cluster_commands();
std::vector<AdminCommand> check_commands();
std::vector<AdminCommand> file_commands();
std::vector<AdminCommand> recovery_commands();  // window, when
std::vector<AdminCommand> get_commands();
std::vector<AdminCommand> wait_commands();
std::vector<AdminCommand> import_commands();
std::vector<AdminCommand> backfill_commands();
std::vector<AdminCommand> verify_commands();
std::vector<AdminCommand> prune_commands();
std::vector<AdminCommand> policy_commands();
std::vector<AdminCommand> retention_commands();  // holds, backups, standbys
std::vector<AdminCommand> conflict_commands();
std::vector<AdminCommand> withdraw_commands();
std::vector<AdminCommand> client_commands();

// Returns all commands with their options and settings, for the command line, --help and the
// documents.
ProgramSpec admin_program();

// Runs one command and returns an exit code. Throws Error.
int run_admin_command(const ParsedCommand& command, const Settings& settings);

}  // namespace walstow
