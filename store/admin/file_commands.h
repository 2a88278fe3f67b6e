// The commands of `walstow` about the files of a cluster: list and verify.
#pragma once

#include <vector>

#include "proto/wal/file_range.h"
#include "store/admin/command_context.h"

namespace walstow {

std::vector<AdminCommand> file_commands();

// --timeline, --from and --to: of every command that is about a part of a cluster.
FileRange range_of(const CommandContext& call);

// `walstow verify`; verify_command.cc.
int verify(const CommandContext& call);

}  // namespace walstow
