// The command line of walstow-restore. Wires its parts together.
#pragma once

#include <string>

#include "proto/pgdata/data_directory.h"

namespace walstow {

// Determined before anything can fail, since it decides the exit code of a failure.
struct CallContext {
  RecoveryMode mode = RecoveryMode::kRecovery;
  bool restartpoint = false;  // --restartpoint: nothing may fail the server
};

// Guesses from the bare arguments. Among all folders that could be the data directory, recovery
// wins over standby and standby over tool. So a mistake in the arguments never reads as "absent".
// When none of them is a data directory, but a server asks, it is recovery as well.
CallContext guess_context(int argc, const char* const* argv);

// Throws Error. `context` becomes exact after the arguments were parsed.
int run_restore(int argc, const char* const* argv, CallContext& context);

}  // namespace walstow
