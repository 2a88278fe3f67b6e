#include "proto/base/signals.h"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

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

TEST(SignalsTest, ACommandEndsWithWhoStartedIt) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    if (::fork() == 0) {
      ::alarm(60);  // should the test fail
      end_with_parent();
      char ready = 'x';
      if (::write(ends[1], &ready, 1) != 1) std::_Exit(1);
      for (;;)
        ::pause();
    }
    char ready = 0;
    std::_Exit(::read(ends[0], &ready, 1) == 1 ? 0 : 1);
  }
  ::close(ends[1]);
  ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
  // The command holds the other end for as long as it lives.
  pollfd end{.fd = ends[0], .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&end, 1, 10'000), 1);
  ::close(ends[0]);
}

}  // namespace
}  // namespace walstow
