#include "restorer/prefetch/asking_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace walstow {
namespace {

// Until `server` has ended; false after a minute.
bool wait_for_end_of(const AskingServer& server) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::chrono::steady_clock::now() < deadline) {
    if (server.ended()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

// A command, started through a shell by a server that is killed: what it sees of that goes to
// `result`. The shell lives on.
[[noreturn]] void be_a_server_that_is_killed(int result) {
  ::setsid();
  int ready[2];
  if (::pipe(ready) != 0) std::_Exit(1);
  if (::fork() == 0) {
    const pid_t command = ::fork();
    if (command == 0) {
      const AskingServer server;
      const char before = server.ended() ? '!' : '.';
      if (::write(ready[1], &before, 1) != 1) std::_Exit(1);
      const char after = wait_for_end_of(server) ? before : '?';
      std::_Exit(::write(result, &after, 1) == 1 ? 0 : 1);
    }
    ::waitpid(command, nullptr, 0);
    std::_Exit(0);
  }
  char begun = 0;
  std::_Exit(::read(ready[0], &begun, 1) == 1 ? 0 : 1);
}

TEST(AskingServerTest, EndsWithTheLeaderOfItsSession) {
  int result[2];
  ASSERT_EQ(::pipe(result), 0);
  const pid_t server = ::fork();
  if (server == 0) be_a_server_that_is_killed(result[1]);
  ::close(result[1]);
  ASSERT_EQ(::waitpid(server, nullptr, 0), server);
  char seen = 0;
  EXPECT_EQ(::read(result[0], &seen, 1), 1);
  EXPECT_EQ(seen, '.');
  ::close(result[0]);
}

TEST(AskingServerTest, LivesWhileTheLeaderDoes) {
  EXPECT_FALSE(AskingServer().ended());
}

}  // namespace
}  // namespace walstow
