// `walstow conflict list|show|accept`: contents that came under a name that was taken, and the
// decision between them.
#pragma once

#include <vector>

#include "store/admin/command_context.h"

namespace walstow {

std::vector<AdminCommand> conflict_commands();

}  // namespace walstow
