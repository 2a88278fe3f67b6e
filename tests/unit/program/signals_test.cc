#include "proto/program/signals.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace walstow {
namespace {

// In a process of its own.
void meet(int number, void (*inherited)(int)) {
  std::signal(number, inherited);
  set_command_signals();
  std::raise(number);
  std::_Exit(0);
}

TEST(SignalsTest, ACommandDiesOfWhatAsksItToEndWhateverItInherited) {
  for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) {
    EXPECT_EXIT(meet(number, SIG_IGN), testing::KilledBySignal(number), "");
    EXPECT_EXIT(meet(number, SIG_DFL), testing::KilledBySignal(number), "");
  }
}

TEST(SignalsTest, AStoreThatHangsUpAndALimitAreNoReasonToDie) {
  for (const int number : {SIGPIPE, SIGXFSZ}) {
    EXPECT_EXIT(meet(number, SIG_DFL), testing::ExitedWithCode(0), "");
  }
}

}  // namespace
}  // namespace walstow
