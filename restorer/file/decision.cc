#include "restorer/file/decision.h"

#include "proto/program/exit_code.h"

namespace walstow {
namespace {

using Step = Verdict::Step;
using Severity = Verdict::Severity;

constexpr Verdict kAbsent{Step::kEnd, exit_code::kAbsent, Severity::kNothing};

Verdict decide_hole(RecoveryMode mode) {
  switch (mode) {
    case RecoveryMode::kStandby:
      // It may arrive by streaming, and the standby asks again.
      return {Step::kEnd, exit_code::kAbsent, Severity::kWarning};
    case RecoveryMode::kRecovery:
      // Another archiver is about to put the segment, or an administrator must check: the database
      // would open without what follows the hole.
      return {Step::kAskAgain, exit_code::kRecoveryHole, Severity::kError};
    case RecoveryMode::kTool:
      break;
  }
  return {Step::kEnd, exit_code::kUnknown, Severity::kError};
}

Verdict decide_pruned(RecoveryMode mode) {
  switch (mode) {
    case RecoveryMode::kStandby:
      return {Step::kEnd, exit_code::kAbsent, Severity::kWarning};
    case RecoveryMode::kRecovery:
      // It will not become available again.
      return {Step::kEnd, exit_code::kRecoveryPruned, Severity::kError};
    case RecoveryMode::kTool:
      break;
  }
  return {Step::kEnd, exit_code::kUnknown, Severity::kError};
}

Verdict decide_unknown(RecoveryMode mode, int recovery_code) {
  switch (mode) {
    case RecoveryMode::kStandby:
      return {Step::kEnd, exit_code::kUnknown, Severity::kWarning};
    case RecoveryMode::kRecovery:
      return {Step::kAskAgain, recovery_code, Severity::kError};
    case RecoveryMode::kTool:
      break;
  }
  return {Step::kEnd, exit_code::kUnknown, Severity::kError};
}

}  // namespace

bool is_known(StoreAnswer answer) {
  return answer != StoreAnswer::kUnreachable && answer != StoreAnswer::kFailed &&
         answer != StoreAnswer::kDamaged;
}

Verdict decide(RecoveryMode mode, StoreAnswer answer, LocalCopy local) {
  switch (answer) {
    case StoreAnswer::kRestored:
      return {Step::kEnd, exit_code::kDone, Severity::kNothing};
    case StoreAnswer::kAbsentEnd:
    case StoreAnswer::kAbsentBefore:
      return kAbsent;
    case StoreAnswer::kHole:
      return local == LocalCopy::kGood ? kAbsent : decide_hole(mode);
    case StoreAnswer::kPruned:
      return local == LocalCopy::kGood ? kAbsent : decide_pruned(mode);
    case StoreAnswer::kHistoryMissing:
      if (local == LocalCopy::kGood) return kAbsent;
      return decide_unknown(mode, exit_code::kRecoveryHole);
    case StoreAnswer::kDamaged:
      return decide_unknown(mode, exit_code::kRecoveryDamaged);
    case StoreAnswer::kUnreachable:
    case StoreAnswer::kFailed:
      break;
  }
  return decide_unknown(mode, exit_code::kRecoveryUnknown);
}

int usage_exit_code(RecoveryMode mode) {
  return mode == RecoveryMode::kRecovery ? exit_code::kRecoveryUsage : exit_code::kUsage;
}

}  // namespace walstow
