// Runs walstow-restore: parses its command line, and connects the parts of the program.
#pragma once

#include <string>

#include "proto/pgdata/data_directory.h"

namespace walstow {

// The context of the call. It is determined before anything can fail, because it decides the exit
// code after a failure.
struct CallContext {
  RecoveryMode mode = RecoveryMode::kRecovery;
  bool restartpoint = false;  // --restartpoint was given: a failure must not affect the server
};

// Guesses the context from the arguments alone. Among all folders that could be the data directory,
// recovery wins over standby, and standby wins over tool. So a mistake in the arguments never leads
// to an exit code that means "absent". If none of the folders is a data directory, but a server
// runs the command, the guess is also recovery.
CallContext guess_context(int argc, const char* const* argv);

// Throws Error. `context` is only a guess until the arguments have been parsed, and is exact
// afterwards.
int run_restore(int argc, const char* const* argv, CallContext& context);

}  // namespace walstow
