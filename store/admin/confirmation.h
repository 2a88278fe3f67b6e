// Asks before an irreversible step.
#pragma once

#include <string>

#include "store/admin/command_context.h"

namespace walstow {

// Returns true if the user at the terminal answers exactly "yes" to `question`, or if --yes is
// given. Throws Error{kUsage} if there is no terminal: the message names the step (`what`) and the
// remedy (`way_out`).
bool confirmed(const CommandContext& call, const std::string& question, const std::string& what,
               const std::string& way_out);

}  // namespace walstow
