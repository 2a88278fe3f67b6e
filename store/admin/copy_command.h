// `walstow copy`: moves an archive, in as many passes as it takes.
#pragma once

#include <vector>

#include "store/admin/command_context.h"

namespace walstow {

std::vector<AdminCommand> copy_commands();

}  // namespace walstow
