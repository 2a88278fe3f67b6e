// What an answer means for the exit code: the heart of walstow-restore. Pure.
//
// PostgreSQL reads every exit code from 1 to 125 as "there is no such file": a recovery then ends
// and opens the database with what it has, a standby asks again. Above 125 the server stops. So an
// exit of 1 to 125 under recovery.signal needs a proof, and nothing above 125 may ever stop a
// standby. docs/exit-codes.md shows what PostgreSQL does with each code.
#pragma once

#include "proto/pgdata/data_directory.h"

namespace walstow {

enum class StoreAnswer {
  kRestored,        // the file stands at %p, whole and checked
  kAbsentEnd,       // proven: nothing later in its history is known
  kAbsentBefore,    // proven: its timeline began later
  kHole,            // proven absent, but later ones stand
  kPruned,          // proven absent: removed by the retention rule
  kHistoryMissing,  // proven absent, but a history that is missing may name later ones
  kUnreachable,     // unknown: the store could not be asked, or did not answer in time
  kFailed,          // unknown: a refusal, another archive, no room for the file, ...
  kDamaged,         // unknown: bytes that fail a check
};

// The store has answered: the file is there, or proven absent.
bool is_known(StoreAnswer answer);

// Whether pg_wal itself holds the file under its name, with the right header. PostgreSQL takes it
// from there when the command says "absent".
enum class LocalCopy { kNone, kGood };

struct Verdict {
  enum class Step {
    kEnd,
    kAskAgain,  // until the time is up; then end with exit_code
  };
  enum class Severity { kNothing, kWarning, kError };

  Step step = Step::kEnd;
  int exit_code = 0;
  Severity severity = Severity::kNothing;  // when it ends
};

// `local` matters for kHole, kPruned and kHistoryMissing only.
Verdict decide(RecoveryMode mode, StoreAnswer answer, LocalCopy local);

// Wrong calls and settings.
int usage_exit_code(RecoveryMode mode);

}  // namespace walstow
