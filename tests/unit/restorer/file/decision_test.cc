#include "restorer/file/decision.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

using Step = Verdict::Step;
using Severity = Verdict::Severity;

constexpr RecoveryMode kModes[] = {RecoveryMode::kStandby, RecoveryMode::kRecovery,
                                   RecoveryMode::kTool};
constexpr Answer kAnswers[] = {Answer::kPlaced, Answer::kAbsentEnd, Answer::kAbsentBefore,
                               Answer::kHole,   Answer::kPruned,    Answer::kUnreachable,
                               Answer::kFailed, Answer::kDamaged,   Answer::kHistoryMissing};
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
    Answer answer;
    LocalCopy local;
    Cell cells[3];
  } const rows[] = {
      {Answer::kPlaced, LocalCopy::kNone, {kDone, kDone, kDone}},
      {Answer::kPlaced, LocalCopy::kGood, {kDone, kDone, kDone}},
      {Answer::kAbsentEnd, LocalCopy::kNone, {kAbsent, kAbsent, kAbsent}},
      {Answer::kAbsentEnd, LocalCopy::kGood, {kAbsent, kAbsent, kAbsent}},
      {Answer::kAbsentBefore, LocalCopy::kNone, {kAbsent, kAbsent, kAbsent}},
      {Answer::kAbsentBefore, LocalCopy::kGood, {kAbsent, kAbsent, kAbsent}},
      {Answer::kHole, LocalCopy::kGood, {kAbsent, kAbsent, kAbsent}},
      {Answer::kHole, LocalCopy::kNone, {kAbsentWithWarning, retry_then(201), kUnknownToTool}},
      {Answer::kPruned, LocalCopy::kGood, {kAbsent, kAbsent, kAbsent}},
      {Answer::kPruned, LocalCopy::kNone, {kAbsentWithWarning, stop_with(202), kUnknownToTool}},
      {Answer::kHistoryMissing, LocalCopy::kGood, {kAbsent, kAbsent, kAbsent}},
      {Answer::kHistoryMissing,
       LocalCopy::kNone,
       {kUnknownOnStandby, retry_then(201), kUnknownToTool}},
      {Answer::kUnreachable,
       LocalCopy::kNone,
       {kUnknownOnStandby, retry_then(200), kUnknownToTool}},
      {Answer::kUnreachable,
       LocalCopy::kGood,
       {kUnknownOnStandby, retry_then(200), kUnknownToTool}},
      {Answer::kFailed, LocalCopy::kNone, {kUnknownOnStandby, retry_then(200), kUnknownToTool}},
      {Answer::kFailed, LocalCopy::kGood, {kUnknownOnStandby, retry_then(200), kUnknownToTool}},
      {Answer::kDamaged, LocalCopy::kNone, {kUnknownOnStandby, retry_then(203), kUnknownToTool}},
      {Answer::kDamaged, LocalCopy::kGood, {kUnknownOnStandby, retry_then(203), kUnknownToTool}},
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
  for (const Answer answer : kAnswers) {
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
    for (const Answer answer : kAnswers) {
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
