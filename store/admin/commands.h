// What `walstow` can do: each command asks the store through the same client as everybody else, and
// prints the answer as text for people or as the store's own JSON for programs.
#pragma once

#include "proto/program/command_line.h"
#include "proto/program/settings.h"

namespace walstow {

// Every command with its options, for the command line and --help.
std::vector<CommandSpec> admin_command_specs();

// Runs one; returns an exit code. Throws Error.
int run_admin_command(const ParsedCommand& command, const Settings& settings);

}  // namespace walstow
