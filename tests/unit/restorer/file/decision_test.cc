#include "restorer/file/decision.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

using Step = Verdict::Step;
using Severity = Verdict::Severity;

constexpr RecoveryMode kModes[] = {RecoveryMode::kStandby, RecoveryMode::kRecovery,
                                   RecoveryMode::kTool};
constexpr StoreAnswer kAnswers[] = {
    StoreAnswer::kPlaced, StoreAnswer::kAbsentEnd, StoreAnswer::kAbsentBefore,
    StoreAnswer::kHole,   StoreAnswer::kPruned,    StoreAnswer::kUnreachable,
    StoreAnswer::kFailed, StoreAnswer::kDamaged,   StoreAnswer::kHistoryMissing};
constexpr LocalCopy kCopies[] = {LocalCopy::kNone, LocalCopy::kGood};

struct Cell {
  Step step;
  int exit_code;
  Severity severity;
};

constexpr Cell kDone{Step::kEnd, 0, Severity::kNothing};
constexpr Cell kAbsent{Step::kEnd, 1, Severity::kNothing};
constexpr Cell kAbsentWithWarning{Step::kEnd, 1, Severity::kWarning};
constexpr Cell kUnknownOnStandby{Step::kEnd, 2, Severity::kWarning};
constexpr Cell kUnknownToTool{Step::kEnd, 2, Severity::kError};
constexpr Cell retry_then(int code) {
  return {Step::kAskAgain, code, Severity::kError};
}
constexpr Cell stop_with(int code) {
  return {Step::kEnd, code, Severity::kError};
}

TEST(DecisionTest, EveryCellOfTheTable) {
  // In each row: standby, recovery, tool.
  struct {
    StoreAnswer answer;
    LocalCopy local;
    Cell cells[3];
  } const rows[] = {
      {StoreAnswer::kPlaced, LocalCopy::kNone, {kDone, kDone, kDone}},
      {StoreAnswer::kPlaced, LocalCopy::kGood, {kDone, kDone, kDone}},
      {StoreAnswer::kAbsentEnd, LocalCopy::kNone, {kAbsent, kAbsent, kAbsent}},
      {StoreAnswer::kAbsentEnd, LocalCopy::kGood, {kAbsent, kAbsent, kAbsent}},
      {StoreAnswer::kAbsentBefore, LocalCopy::kNone, {kAbsent, kAbsent, kAbsent}},
      {StoreAnswer::kAbsentBefore, LocalCopy::kGood, {kAbsent, kAbsent, kAbsent}},
      {StoreAnswer::kHole, LocalCopy::kGood, {kAbsent, kAbsent, kAbsent}},
      {StoreAnswer::kHole, LocalCopy::kNone, {kAbsentWithWarning, retry_then(201), kUnknownToTool}},
      {StoreAnswer::kPruned, LocalCopy::kGood, {kAbsent, kAbsent, kAbsent}},
      {StoreAnswer::kPruned,
       LocalCopy::kNone,
       {kAbsentWithWarning, stop_with(202), kUnknownToTool}},
      {StoreAnswer::kHistoryMissing, LocalCopy::kGood, {kAbsent, kAbsent, kAbsent}},
      {StoreAnswer::kHistoryMissing,
       LocalCopy::kNone,
       {kUnknownOnStandby, retry_then(201), kUnknownToTool}},
      {StoreAnswer::kUnreachable,
       LocalCopy::kNone,
       {kUnknownOnStandby, retry_then(200), kUnknownToTool}},
      {StoreAnswer::kUnreachable,
       LocalCopy::kGood,
       {kUnknownOnStandby, retry_then(200), kUnknownToTool}},
      {StoreAnswer::kFailed,
       LocalCopy::kNone,
       {kUnknownOnStandby, retry_then(200), kUnknownToTool}},
      {StoreAnswer::kFailed,
       LocalCopy::kGood,
       {kUnknownOnStandby, retry_then(200), kUnknownToTool}},
      {StoreAnswer::kDamaged,
       LocalCopy::kNone,
       {kUnknownOnStandby, retry_then(203), kUnknownToTool}},
      {StoreAnswer::kDamaged,
       LocalCopy::kGood,
       {kUnknownOnStandby, retry_then(203), kUnknownToTool}},
  };
  EXPECT_EQ(std::size(rows), std::size(kAnswers) * std::size(kCopies));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < std::size(kModes); ++i) {
      const Verdict verdict = decide(kModes[i], row.answer, row.local);
      EXPECT_EQ(verdict.step, row.cells[i].step) << &row - rows << " " << i;
      EXPECT_EQ(verdict.exit_code, row.cells[i].exit_code) << &row - rows << " " << i;
      EXPECT_EQ(verdict.severity, row.cells[i].severity) << &row - rows << " " << i;
    }
  }
}

TEST(DecisionTest, OneToOneTwentyFiveUnderRecoverySignalNeedsAProof) {
  for (const StoreAnswer answer : kAnswers) {
    for (const LocalCopy local : kCopies) {
      const int code = decide(RecoveryMode::kRecovery, answer, local).exit_code;
      const bool opens_the_database = code >= 1 && code <= 125;
      EXPECT_TRUE(!opens_the_database || is_known(answer));
      EXPECT_TRUE(code <= 1 || (code >= 200 && code <= 254));
    }
  }
}

TEST(DecisionTest, NothingStopsAStandbyOrATool) {
  for (const RecoveryMode mode : {RecoveryMode::kStandby, RecoveryMode::kTool}) {
    EXPECT_EQ(usage_exit_code(mode), 2);
    for (const StoreAnswer answer : kAnswers) {
      for (const LocalCopy local : kCopies) {
        EXPECT_LE(decide(mode, answer, local).exit_code, 2);
      }
    }
  }
}

TEST(DecisionTest, AWrongSettingStopsARecovery) {
  EXPECT_EQ(usage_exit_code(RecoveryMode::kRecovery), 204);
}

}  // namespace
}  // namespace walstow
