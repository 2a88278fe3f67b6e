// What `walstow` can do: each command asks the store through the same client as everybody else, and
// prints the answer as text for people or as the store's own JSON for programs.
#pragma once

#include <vector>

#include "store/admin/command_context.h"

namespace walstow {

// Each list has a file of its name, and its head says what is in it.
std::vector<AdminCommand> server_commands();  // on the store's own host, as the archive's owner
std::vector<AdminCommand> copy_commands();
std::vector<AdminCommand> cluster_commands();
std::vector<AdminCommand> file_commands();
std::vector<AdminCommand> verify_commands();
std::vector<AdminCommand> prune_commands();
std::vector<AdminCommand> policy_commands();
std::vector<AdminCommand> retention_commands();  // holds, backups, standbys
std::vector<AdminCommand> conflict_commands();
std::vector<AdminCommand> withdraw_commands();
std::vector<AdminCommand> client_commands();

// Every command with its options and settings, for the command line, --help and the documents.
ProgramSpec admin_program();

// Runs one; returns an exit code. Throws Error.
int run_admin_command(const ParsedCommand& command, const Settings& settings);

}  // namespace walstow
