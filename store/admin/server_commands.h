// What is done on the store's own host, in the archive's folder and as its owner: `walstow init`
// and `walstow server renew`.
#pragma once

#include <vector>

#include "store/admin/command_context.h"

namespace walstow {

std::vector<AdminCommand> server_commands();

}  // namespace walstow
