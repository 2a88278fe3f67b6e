// The question before an irreversible step.
#pragma once

#include <string>

#include "store/admin/command_context.h"

namespace walstow {

// True if the person at the terminal answers exactly "yes" to `question`, or with --yes. Throws
// Error{kUsage} if there is no terminal: `what` names the step, `way_out` the remedy.
bool confirmed(const CommandContext& call, const std::string& question, const std::string& what,
               const std::string& way_out);

}  // namespace walstow
