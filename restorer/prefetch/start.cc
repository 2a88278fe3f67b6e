#include "restorer/prefetch/start.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "proto/base/error.h"
#include "proto/pgdata/spool_folder.h"

namespace walstow {
namespace {

class Actions {
 public:
  explicit Actions(const std::string& log, const Descriptor& server) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0600);
    posix_spawn_file_actions_adddup2(&actions_, server.get(), kServerDescriptor);
    posix_spawn_file_actions_addclosefrom_np(&actions_, kServerDescriptor + 1);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// A session of its own, and no signal ignored or blocked.
class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

}  // namespace

void start_prefetcher(std::span<const char* const> arguments, const std::string& wal_folder) {
  // While this call lives, the number belongs to its session's leader or to no process.
  const Descriptor server(static_cast<int>(syscall(SYS_pidfd_open, ::getsid(0), 0)));
  if (!server) throw_system_error("could not watch the server", errno);
  const std::string log = fmt::format("{}/{}", wal_folder, in_spool(kPrefetchLog));
  const Actions actions(log, server);
  const Attributes attributes;
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
  if (!descriptor) throw_system_error("could not make a signalfd", errno);
  return descriptor;
}

}  // namespace walstow
