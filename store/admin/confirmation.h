// The question before what does not come back by itself.
#pragma once

#include <string>

#include "store/admin/command_context.h"

namespace walstow {

// Whether the person at the terminal answers "yes", and nothing else, to `question`; true with
// --yes. Throws Error{kUsage} where there is nobody to ask: `what` says what is asked for,
// `way_out` what to do then.
bool confirmed(const CommandContext& call, const std::string& question, const std::string& what,
               const std::string& way_out);

}  // namespace walstow
