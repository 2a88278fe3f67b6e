// The one table of exit codes. PostgreSQL interprets them, in ways that experiments have
// established (docs/exit-codes.md).
#pragma once

#include <array>
#include <string_view>

namespace walstow::exit_code {

inline constexpr int kDone = 0;

// walstow-archive: the store did not acknowledge the file; PostgreSQL tries again and counts a
// failure. walstow: the answer to the question is no (a check failed, a file is absent).
inline constexpr int kFailed = 1;

// walstow-restore: the store has proved that it has no such file. On a standby it is also the code
// for a file that is in a hole or was pruned.
inline constexpr int kAbsent = 1;

// walstow-restore on a standby or for a tool: the store could not be asked, or its answer failed a
// check. walstow-archive, walstow: invalid arguments or settings.
inline constexpr int kUnknown = 2;
inline constexpr int kUsage = 2;

// walstow verify: the next three codes mean that something is wrong with the stored data. If more
// than one applies, the first one is used. kDamaged: objects differ from the files that were put,
// or the log breaks off.
inline constexpr int kDamaged = 3;
inline constexpr int kLeftOut = 3;  // walstow import: there are WAL files that were not put
// Segments or histories are missing; also from walstow list --holes.
inline constexpr int kMissing = 4;
inline constexpr int kForeign = 5;  // there are files that no program of walstow has put there

// walstow-restore under recovery.signal. On a code above 125, PostgreSQL stops, and does not open
// the database with only part of its data. The codes from 126 to 192 are not used: PostgreSQL takes
// 126 to 128 for errors of the shell, and 129 to 192 for signals.
inline constexpr int kRecoveryUnknown = 200;
inline constexpr int kRecoveryHole = 201;
inline constexpr int kRecoveryPruned = 202;
inline constexpr int kRecoveryDamaged = 203;
inline constexpr int kRecoveryUsage = 204;

// The meaning of a code for one program, for --help, the manual pages and docs/exit-codes.md.
struct Meaning {
  std::string_view program;
  int code = kDone;
  std::string_view text;  // no full stop
};

// Sorted by program, and then by code.
inline constexpr std::array kMeanings{
    Meaning{"walstow-archive", kDone, "the store keeps the file durably"},
    Meaning{"walstow-archive", kFailed,
            "the store did not acknowledge the file; PostgreSQL retries and counts the failure"},
    Meaning{"walstow-archive", kUsage,
            "invalid arguments or settings; for PostgreSQL the same as 1"},

    Meaning{"walstow-restore", kDone, "the file is at PATH, complete and verified"},
    Meaning{"walstow-restore", kAbsent,
            "the store proved that there is no such file; or, on a standby, the file is in a hole "
            "or was pruned"},
    Meaning{"walstow-restore", kUnknown,
            "unknown: no answer, or an answer that failed a check; or invalid arguments or "
            "settings; or, for a tool such as pg_rewind, the file is in a hole or was pruned"},
    Meaning{"walstow-restore", kRecoveryUnknown,
            "under recovery.signal: unknown, because the store gave no answer, or its answer "
            "failed a check"},
    Meaning{"walstow-restore", kRecoveryHole,
            "under recovery.signal: the file is in a hole, or a history is missing"},
    Meaning{"walstow-restore", kRecoveryPruned, "under recovery.signal: the file was pruned"},
    Meaning{"walstow-restore", kRecoveryDamaged,
            "under recovery.signal: the stored file is damaged"},
    Meaning{"walstow-restore", kRecoveryUsage,
            "under recovery.signal: invalid arguments or settings"},

    Meaning{"walstow", kDone, "done"},
    Meaning{"walstow", kFailed, "the command failed, or the answer is no"},
    Meaning{"walstow", kUsage, "invalid arguments or settings"},
    Meaning{"walstow", kDamaged,
            "with verify: objects are damaged, or the log breaks off; with copy: objects at the "
            "source are damaged; with import: WAL files were left out"},
    Meaning{"walstow", kMissing,
            "with verify: segments or histories are missing, and nothing is damaged; with list "
            "--holes: segments or histories are missing"},
    Meaning{"walstow", kForeign,
            "with verify: there are foreign files, but nothing is damaged or missing"},

    Meaning{"walstowd", kDone, "served until it was stopped"},
    Meaning{"walstowd", kFailed, "failed"},
    Meaning{"walstowd", kUsage, "invalid arguments or settings"},
};

}  // namespace walstow::exit_code
