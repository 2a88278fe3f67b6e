// `walstow client add|renew|grant|revoke|list|remove`: who may ask the store, and the certificates
// by which they prove it.
#pragma once

#include <vector>

#include "store/admin/command_context.h"

namespace walstow {

std::vector<AdminCommand> client_commands();

}  // namespace walstow
