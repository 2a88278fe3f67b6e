// The command line of walstow-restore, and the wiring of what it asks for.
#pragma once

#include <string>

#include "proto/pgdata/data_directory.h"

namespace walstow {

// What must be known before anything can fail, since it decides with which exit code to fail.
struct CallContext {
  RecoveryMode mode = RecoveryMode::kRecovery;
  bool restartpoint = false;  // --restartpoint: nothing may fail the server
};

// From the bare arguments: of all places that could be the data directory, recovery wins over
// standby and standby over tool, so that a mistake in the arguments never reads as "absent". When
// none of them is one, but a server asks, it is recovery as well.
CallContext guess_context(int argc, const char* const* argv);

// Throws Error. `context` becomes exact once the arguments are understood.
int run_restore(int argc, const char* const* argv, CallContext& context);

}  // namespace walstow
