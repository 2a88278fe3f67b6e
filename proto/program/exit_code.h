// The one table of exit codes. PostgreSQL reads meaning into them; what it does with each was
// established by experiment (docs/exit-codes.md).
#pragma once

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

}  // namespace walstow::exit_code
