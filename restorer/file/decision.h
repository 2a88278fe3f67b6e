// Converts the store's answer into an exit code: the core of walstow-restore. Pure.
//
// PostgreSQL reads every exit code from 1 to 125 as "there is no such file". A recovery then ends,
// and opens the database with the data that it has; a standby asks again. Above 125, the server
// stops. So an exit code from 1 to 125 under recovery.signal needs a proof, and no code above 125
// may ever stop a standby. docs/exit-codes.md shows what PostgreSQL does with each code.
#pragma once

#include "proto/pgdata/data_directory.h"

namespace walstow {

enum class StoreAnswer {
  kRestored,        // the file is at %p, complete and checked
  kAbsentEnd,       // proven absent: nothing later in the file's history is known
  kAbsentBefore,    // proven absent: the file's timeline began later
  kHole,            // proven absent, but later files exist
  kPruned,          // proven absent: deleted by the retention rule
  kHistoryMissing,  // proven absent, but a history is missing that may name later files
  kUnreachable,     // unknown: the store could not be reached, or did not answer in time
  // Unknown: the request was refused, another archive answered, there is no space for the file, and
  // the like.
  kFailed,
  kDamaged,  // unknown: the received bytes fail a check
};

// Returns whether the store has answered: the file exists, or is proven absent.
bool is_known(StoreAnswer answer);

// Whether pg_wal itself contains the requested file, with the right header. If so, PostgreSQL uses
// that file when the command reports "absent".
enum class LocalCopy { kNone, kGood };

struct Verdict {
  enum class Step {
    kEnd,
    kAskAgain,  // repeat the request until the time is up; then exit with exit_code
  };
  enum class Severity { kNothing, kWarning, kError };

  Step step = Step::kEnd;
  int exit_code = 0;
  Severity severity = Severity::kNothing;  // how the call's message is logged when the call ends
};

// `local` matters only for kHole, kPruned and kHistoryMissing.
Verdict decide(RecoveryMode mode, StoreAnswer answer, LocalCopy local);

// Returns the exit code for invalid arguments and settings.
int usage_exit_code(RecoveryMode mode);

}  // namespace walstow
