// Runs a command as PostgreSQL's shell would, and notes how long it took: appends
// "MILLISECONDS STATUS\n" to LOG, where STATUS is what waitpid() returned. Ends as the command did.
// What this program itself costs is no part of the figure.
//
//   timed_call LOG COMMAND [ARGUMENT...]
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace {

int fail(const char* what, int error) {
  std::fprintf(stderr, "timed_call: %s: %s\n", what, std::strerror(error));
  return 126;
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return fail("usage: timed_call LOG COMMAND [ARGUMENT...]", EINVAL);
  const auto began = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (const int error = ::posix_spawnp(&child, words[2], nullptr, nullptr, words + 2, environ))
    return fail(words[2], error);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return fail("waitpid", errno);
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  char line[64];
  const int size = std::snprintf(line, sizeof line, "%.3f %d\n", took.count(), status);
  const int log = ::open(words[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (log < 0 || ::write(log, line, static_cast<size_t>(size)) != size)
    return fail(words[1], errno);
  if (!WIFSIGNALED(status)) return WEXITSTATUS(status);
  ::raise(WTERMSIG(status));
  return 128 + WTERMSIG(status);
}
