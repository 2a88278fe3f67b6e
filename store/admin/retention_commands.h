// `walstow hold`, `backup`, `standby` and `prune`; `policy`: store/admin/policy_commands.h.
#pragma once

#include <vector>

#include "store/admin/command_context.h"

namespace walstow {

std::vector<AdminCommand> retention_commands();  // holds, backups, standbys
std::vector<AdminCommand> prune_commands();

}  // namespace walstow
