#include "restorer/prefetch/start.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "proto/base/error.h"
#include "proto/base/spawn.h"
#include "proto/pgdata/spool_folder.h"

namespace walstow {
namespace {

// The prefetcher's output goes to its log, and it watches the server.
void describe(SpawnActions& actions, const std::string& log, const Descriptor& server) {
  actions.open(STDIN_FILENO, "/dev/null", O_RDONLY);
  actions.open(STDOUT_FILENO, "/dev/null", O_WRONLY);
  actions.open(STDERR_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0600);
  actions.duplicate(server.get(), kServerDescriptor);
  actions.close_from(kServerDescriptor + 1);
}

}  // namespace

void start_prefetcher(std::span<const char* const> arguments, const std::string& wal_folder) {
  // While this call lives, the number belongs to its session's leader or to no process.
  const Descriptor server(static_cast<int>(syscall(SYS_pidfd_open, ::getsid(0), 0)));
  if (!server) throw_system_error("could not watch the server", errno);
  const std::string log = fmt::format("{}/{}", wal_folder, in_spool(kPrefetchLog));
  SpawnActions actions;
  describe(actions, log, server);
  const SpawnAttributes attributes(SpawnAttributes::Reset::kAll, POSIX_SPAWN_SETSID);
  std::vector<std::string> texts(arguments.begin(), arguments.end());
  texts.insert(texts.begin() + 1, kPrefetchOption);
  std::vector<char*> pointers;
  for (std::string& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, "/proc/self/exe", actions.get(), attributes.get(),
                                pointers.data(), environ);
  if (error == 0) return;
  throw Error(ErrorKind::kStorage,
              fmt::format("could not start the prefetcher: {}", system_message(error)),
              start_hint(error));
}

Descriptor prefetcher_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&signals, number);
  if (sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) {
    throw_system_error("could not block signals", errno);
  }
  Descriptor descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor) throw_system_error("could not create a signalfd", errno);
  return descriptor;
}

}  // namespace walstow
