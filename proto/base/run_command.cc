#include "proto/base/run_command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <poll.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "proto/base/descriptor.h"
#include "proto/base/error.h"
#include "proto/base/spawn.h"

namespace walstow {
namespace {

constexpr int kSignalBase = 128;
constexpr Duration kPause{5};
constexpr Duration kLookEvery{50};  // whether the process has ended
// A process that waits for a file system that does not answer cannot even be killed.
constexpr Duration kDiesWithin{1000};

struct Pipe {
  Descriptor read, write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw_system_error("could not create a pipe", errno);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// Reads once what is there. False: its end, or an error.
bool read_more(const Descriptor& from, std::string& text) {
  std::array<char, 4096> buffer{};
  const ssize_t got = read(from.get(), buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR;
  const std::size_t room = kMostCommandOutput - text.size();
  text.append(buffer.data(), std::min(static_cast<std::size_t>(got), room));
  return got > 0;
}

// Leaves the process as it is, so that its number stays its own.
bool has_ended(pid_t process) {
  siginfo_t ended{};
  return waitid(P_PID, static_cast<id_t>(process), &ended, WEXITED | WNOWAIT | WNOHANG) == 0 &&
         ended.si_pid != 0;
}

// When the process is killed.
struct Limits {
  Deadline deadline;
  const std::function<bool()>& is_stopped;
  bool reached() const { return deadline.passed() || (is_stopped && is_stopped()); }
};

// Until the end of both. A child in the background may keep them open: then until the process has
// ended. False: a limit was reached before.
bool read_both(pid_t process, Descriptor& output, Descriptor& errors, CommandResult& result,
               const Limits& limits) {
  while (output || errors) {
    if (limits.reached()) return false;
    // poll() ignores a negative descriptor.
    std::array<pollfd, 2> waits{pollfd{.fd = output.get(), .events = POLLIN, .revents = 0},
                                pollfd{.fd = errors.get(), .events = POLLIN, .revents = 0}};
    const bool ended = has_ended(process);
    const Duration wait =
        ended ? Duration::zero() : std::min(limits.deadline.remaining(), kLookEvery);
    const int ready = poll(waits.data(), waits.size(), static_cast<int>(wait.count()));
    if (ready == 0 && ended) return true;
    if (ready <= 0) continue;
    if (waits[0].revents != 0 && !read_more(output, result.output)) output = Descriptor();
    if (waits[1].revents != 0 && !read_more(errors, result.errors)) errors = Descriptor();
  }
  return true;
}

// nullopt: it still runs at the deadline.
std::optional<int> wait_for_end(pid_t process, Deadline deadline) {
  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(process, &status, WNOHANG);
    if (ended == process) {
      return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status);
    }
    if (ended < 0 && errno != EINTR) throw_system_error("could not wait for a process", errno);
    if (deadline.passed()) return std::nullopt;
    std::this_thread::sleep_for(kPause);
  }
}

// A caller that ignores SIGCHLD passes that on to this process. Then the kernel discards exit
// codes.
void keep_exit_codes() {
  std::signal(SIGCHLD, SIG_DFL);
}

}  // namespace

CommandResult run_command(std::span<const std::string> words, const std::string& folder,
                          Deadline deadline, const std::function<bool()>& is_stopped) {
  const Limits limits{.deadline = deadline, .is_stopped = is_stopped};
  keep_exit_codes();
  Pipe output = make_pipe();
  Pipe errors = make_pipe();
  SpawnActions actions;
  actions.open(STDIN_FILENO, "/dev/null", O_RDONLY);
  actions.duplicate(output.write.get(), STDOUT_FILENO);
  actions.duplicate(errors.write.get(), STDERR_FILENO);
  // After `runuser -u postgres` in root's home, not even "." can be entered.
  if (!folder.empty()) actions.enter(folder);
  actions.close_from(STDERR_FILENO + 1);
  // Without the terminal of this session, a program of another user cannot type into it.
  const SpawnAttributes attributes(SpawnAttributes::Reset::kAll, POSIX_SPAWN_SETSID);
  std::vector<std::string> texts(words.begin(), words.end());
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  pid_t process = 0;
  const int error = posix_spawnp(&process, words.front().c_str(), actions.get(), attributes.get(),
                                 pointers.data(), environ);
  if (error != 0) {
    throw Error(ErrorKind::kStorage,
                fmt::format("could not run \"{}\": {}", words.front(), system_message(error)),
                start_hint(error));
  }
  output.write = Descriptor();
  errors.write = Descriptor();
  CommandResult result;
  result.ended_late = !read_both(process, output.read, errors.read, result, limits);
  while (!has_ended(process) && !limits.reached())
    std::this_thread::sleep_for(kPause);
  if (!has_ended(process)) result.ended_late = true;
  kill(-process, SIGKILL);  // before its number is free for another process
  const std::optional<int> code = wait_for_end(process, Deadline::after(kDiesWithin));
  result.code = code.value_or(kSignalBase + SIGKILL);
  return result;
}

}  // namespace walstow
