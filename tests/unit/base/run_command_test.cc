#include "proto/base/run_command.h"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "proto/base/error.h"

namespace walstow {
namespace {

using Words = std::vector<std::string>;

CommandResult run(const Words& words, Duration within = Duration(20'000)) {
  return run_command(words, "/", Deadline::after(within));
}

TEST(RunCommandTest, ReturnsOutputAndCode) {
  const CommandResult done = run({"sh", "-c", "pwd; echo wrong >&2; exit 7"});
  EXPECT_EQ(done.output, "/\n");
  EXPECT_EQ(done.errors, "wrong\n");
  EXPECT_EQ(done.code, 7);
  EXPECT_FALSE(done.ended_late);
}

// After `runuser -u postgres` in root's home, the working directory cannot be entered again.
TEST(RunCommandTest, RunsInAWorkingDirectoryThatCannotBeEntered) {
  const auto run_there = [] {
    std::array<char, 32> folder{"/tmp/run_command_test.XXXXXX"};
    if (mkdtemp(folder.data()) == nullptr || chdir(folder.data()) != 0) _exit(1);
    if (chmod(".", 0) != 0 || rmdir(folder.data()) != 0) _exit(2);
    if (geteuid() == 0 && setuid(65534) != 0) _exit(3);
    if (chdir(".") == 0) _exit(4);
    _exit(run_command(Words{"true"}, "", Deadline::after(Duration(20'000))).code);
  };
  EXPECT_EXIT(run_there(), testing::ExitedWithCode(0), "");
}

TEST(RunCommandTest, ReadsNothing) {
  EXPECT_EQ(run({"cat"}).output, "");
}

TEST(RunCommandTest, LongOutputIsCut) {
  const CommandResult done = run({"head", "-c", "1000000", "/dev/zero"});
  EXPECT_EQ(done.output.size(), kMostCommandOutput);
  EXPECT_EQ(done.code, 0);
}

TEST(RunCommandTest, IsKilledAtTheDeadlineWithItsChildren) {
  // The child of the shell keeps the pipe open.
  const CommandResult done = run({"sh", "-c", "sleep 600 & sleep 600"}, Duration(50));
  EXPECT_TRUE(done.ended_late);
  EXPECT_EQ(done.code, 128 + SIGKILL);
}

TEST(RunCommandTest, ChildInTheBackgroundIsNotWaitedFor) {
  const CommandResult done = run({"sh", "-c", "sleep 600 & echo done"});
  EXPECT_EQ(done.output, "done\n");
  EXPECT_EQ(done.code, 0);
  EXPECT_FALSE(done.ended_late);
}

TEST(RunCommandTest, EndlessOutputEndsAtTheDeadline) {
  EXPECT_TRUE(run({"yes"}, Duration(50)).ended_late);
}

// A program of another user must not reach what this process has.
TEST(RunCommandTest, HasNoTerminalAndNoDescriptors) {
  const int open = ::open("/dev/null", O_RDONLY);
  ASSERT_GT(open, 2);
  const CommandResult done = run({"sh", "-c", "ls /proc/self/fd; ps -o sid=,pid=,tty= -p $$"});
  ::close(open);
  std::istringstream lines(done.output);
  std::string fd;
  // ls opens the folder itself as 3.
  for (const char* const expected : {"0", "1", "2", "3"}) {
    lines >> fd;
    EXPECT_EQ(fd, expected);
  }
  std::string session, process, terminal;
  lines >> session >> process >> terminal;
  EXPECT_EQ(session, process);
  EXPECT_EQ(terminal, "?");
}

// As some daemons do for the processes that they start.
TEST(RunCommandTest, ReturnsTheCodeAlthoughChildrenWereIgnored) {
  std::signal(SIGCHLD, SIG_IGN);
  const CommandResult done = run({"sh", "-c", "exit 7"});
  EXPECT_EQ(done.code, 7);
  EXPECT_FALSE(done.ended_late);
}

TEST(RunCommandTest, ReportsTheSignal) {
  EXPECT_EQ(run({"sh", "-c", "kill -TERM $$"}).code, 128 + SIGTERM);
}

TEST(RunCommandTest, EndsWhenItIsStopped) {
  const std::vector<std::string> words{"sh", "-c", "exec sleep 60"};
  int asked = 0;
  const CommandResult done =
      run_command(words, "/", Deadline::after(Duration(30'000)), [&asked] { return ++asked > 2; });
  EXPECT_TRUE(done.ended_late);
  EXPECT_EQ(done.code, 128 + SIGKILL);
}

TEST(RunCommandTest, ProgramThatDoesNotExist) {
  EXPECT_THROW(run({"/nowhere/at-all"}), Error);
}

}  // namespace
}  // namespace walstow
