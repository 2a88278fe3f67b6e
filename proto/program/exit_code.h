// The one table of exit codes. PostgreSQL reads meaning into them; what it does with each was
// established by experiment (docs/exit-codes.md).
#pragma once

#include <array>
#include <string_view>

namespace walstow::exit_code {

inline constexpr int kDone = 0;

// walstow-archive: the file is not in the store; PostgreSQL tries again and counts a failure.
// walstow: the answer is no (a check failed, a file is absent).
inline constexpr int kFailed = 1;

// walstow-restore: the store proved that it has no such file (or its standby equivalent).
inline constexpr int kAbsent = 1;

// walstow-restore on a standby or for a tool: could not ask, or the answer failed a check.
// walstow-archive, walstow: wrong call or configuration.
inline constexpr int kUnknown = 2;
inline constexpr int kUsage = 2;

// walstow verify: something is wrong with what is stored; of several the first one of these.
inline constexpr int kDamaged = 3;  // objects that are not what was put, or logs that break off
inline constexpr int kMissing = 4;  // segments or histories; also of walstow list --holes
inline constexpr int kForeign = 5;  // files that nothing of walstow's has put there

// walstow-restore under recovery.signal. Above 125 PostgreSQL stops instead of opening the database
// with a part of its data; 126 to 128 and 129 to 192 would read as shell errors and signals.
inline constexpr int kRecoveryUnknown = 200;
inline constexpr int kRecoveryHole = 201;
inline constexpr int kRecoveryPruned = 202;
inline constexpr int kRecoveryDamaged = 203;
inline constexpr int kRecoveryUsage = 204;

// What a code means where one program ends with it: in --help, in the manual pages and in
// docs/exit-codes.md.
struct Meaning {
  std::string_view program;
  int code = kDone;
  std::string_view text;  // no full stop
};

// By program, and of each in the order of the codes.
inline constexpr std::array kMeanings{
    Meaning{"walstow-archive", kDone, "the store keeps the file durably"},
    Meaning{"walstow-archive", kFailed,
            "the store does not keep the file; PostgreSQL retries and counts the failure"},
    Meaning{"walstow-archive", kUsage, "wrong call or setting; for PostgreSQL the same as 1"},

    Meaning{"walstow-restore", kDone, "the file is at PATH, complete and verified"},
    Meaning{"walstow-restore", kAbsent,
            "the store proved that there is no such file; on a standby also if the file is missing "
            "in the middle or was pruned"},
    Meaning{"walstow-restore", kUnknown,
            "unknown: the store gave no answer, or its answer failed a check; for a tool, such as "
            "pg_rewind, also if the file is missing in the middle or was pruned; wrong call or "
            "setting"},
    Meaning{"walstow-restore", kRecoveryUnknown,
            "under recovery.signal: unknown, the store gave no answer, or its answer failed a "
            "check"},
    Meaning{"walstow-restore", kRecoveryHole,
            "under recovery.signal: the file is missing in the middle, or a history is missing"},
    Meaning{"walstow-restore", kRecoveryPruned, "under recovery.signal: the file was pruned"},
    Meaning{"walstow-restore", kRecoveryDamaged,
            "under recovery.signal: the stored file is damaged"},
    Meaning{"walstow-restore", kRecoveryUsage, "under recovery.signal: wrong call or setting"},

    Meaning{"walstow", kDone, "done"},
    Meaning{"walstow", kFailed, "failed, or the answer is no"},
    Meaning{"walstow", kUsage, "wrong call or setting"},
    Meaning{"walstow", kDamaged,
            "with verify: objects are damaged, or a log breaks off; with copy: objects of the "
            "source are damaged"},
    Meaning{"walstow", kMissing,
            "with verify: segments or histories are missing, and nothing is damaged; with list "
            "--holes: segments or histories are missing"},
    Meaning{"walstow", kForeign, "with verify: there are foreign files, and nothing worse"},

    Meaning{"walstowd", kDone, "served until it was stopped"},
    Meaning{"walstowd", kFailed, "failed"},
    Meaning{"walstowd", kUsage, "wrong call or setting"},
};

}  // namespace walstow::exit_code
