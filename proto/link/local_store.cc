#include "proto/link/local_store.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "proto/base/spawn.h"
#include "proto/link/descriptor_transport.h"
#include "proto/pgdata/left_processes.h"
#include "proto/program/settings.h"

namespace walstow {
namespace {

constexpr Duration kChildEndsWithin{1000};

struct Started {
  pid_t pid = 0;
  std::string device;  // device_of_archive() before the start, if a wal folder can record it
};

// A child process whose end is awaited, so that a command leaves no process behind.
class Child {
 public:
  Child(Started started, const LocalStore& store)
      : pid_(started.pid),
        device_(std::move(started.device)),
        archive_(store.archive),
        wal_folder_(store.wal_folder) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (!ended_in_time()) {
      kill(pid_, SIGKILL);
      // A child that waits for a file system that does not answer cannot even be killed. The server
      // must not wait for it; init will reap it. The next call must not start another one.
      if (!ended_in_time()) {
        if (wal_folder_) {
          note_left_process(*wal_folder_, {.process = static_cast<std::uint64_t>(pid_),
                                           .archive = archive_,
                                           .device = device_});
        }
        return;
      }
    }
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

 private:
  // A signal neither prolongs the wait nor counts as the child's end.
  bool ended_in_time() const {
    const Deadline limit = Deadline::after(kChildEndsWithin);
    const Descriptor handle(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    pollfd wait{.fd = handle.get(), .events = POLLIN, .revents = 0};
    while (handle) {
      const int ready = poll(&wait, 1, static_cast<int>(limit.remaining().count()));
      if (ready >= 0) return ready > 0;
      if (errno != EINTR) break;
    }
    return ends_while_looked_at(limit);
  }

  // There is no pidfd before Linux 5.3, or when this process has no descriptor left.
  bool ends_while_looked_at(Deadline limit) const {
    constexpr Duration kPause{10};
    for (;;) {
      siginfo_t ended{};
      const int found = waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT | WNOHANG);
      // ECHILD: this process was started with SIGCHLD ignored, and the kernel has reaped the child.
      if (found == 0 ? ended.si_pid != 0 : errno == ECHILD) return true;
      if (limit.passed()) return false;
      std::this_thread::sleep_for(kPause);
    }
  }

  pid_t pid_;
  std::string device_;
  std::string archive_;
  std::shared_ptr<FileSystem> wal_folder_;
};

// Removes the variables that are settings. They belong to the command, and its WALSTOW_CONFIG is
// not a settings file of walstowd's. Also, no sshd starts this child, even where one started this
// process.
std::vector<char*> child_environment() {
  std::vector<char*> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable(*entry);
    if (variable.starts_with(kEnvironmentPrefix) || variable.starts_with("SSH_ORIGINAL_COMMAND=")) {
      continue;
    }
    variables.push_back(*entry);
  }
  variables.push_back(nullptr);
  return variables;
}

Started start_child(const LocalStore& store, const Descriptor& its_end) {
  SpawnActions actions;
  actions.duplicate(its_end.get(), STDIN_FILENO);
  actions.duplicate(its_end.get(), STDOUT_FILENO);
  // This process ignores SIGPIPE, and may block other signals. The child decides for itself.
  const SpawnAttributes attributes(SpawnAttributes::Reset::kPipe);
  std::string program = store.walstowd;
  std::string stdio = "--stdio";
  std::string owner = "--owner";
  std::string option = "--archive";
  std::string archive = store.archive;
  const std::array<char*, 6> arguments{program.data(), stdio.data(),   owner.data(),
                                       option.data(),  archive.data(), nullptr};
  // Read before the start: by the time that a process is left behind, another file system may be
  // mounted there.
  Started child{.device = store.wal_folder ? device_of_archive(store.archive) : std::string()};
  const int error = posix_spawn(&child.pid, program.c_str(), actions.get(), attributes.get(),
                                arguments.data(), child_environment().data());
  if (error != 0) {
    const bool not_there = error == ENOENT || error == ENOTDIR || error == EACCES;
    throw Error(ErrorKind::kUnavailable,
                fmt::format("could not run \"{}\": {}", store.walstowd, system_message(error)),
                not_there ? "Install walstowd next to the other executables, or name it in the "
                            "setting \"walstowd\"."
                          : start_hint(error));
  }
  return child;
}

// Destroys the stream first, then the child: the child's input ends before the wait for it.
class LocalTransport : public Transport {
 public:
  LocalTransport(std::unique_ptr<Transport> stream, Started child, const LocalStore& store)
      : child_(std::move(child), store), stream_(std::move(stream)) {}

  boost::asio::any_io_executor executor() override { return stream_->executor(); }
  void read_some(boost::asio::mutable_buffer buffer, IoHandler handler) override {
    stream_->read_some(buffer, std::move(handler));
  }
  void write_some(boost::asio::const_buffer buffer, IoHandler handler) override {
    stream_->write_some(buffer, std::move(handler));
  }
  void cancel() override { stream_->cancel(); }

 private:
  Child child_;
  std::unique_ptr<Transport> stream_;  // destroyed first
};

}  // namespace

std::unique_ptr<Transport> connect_local(boost::asio::any_io_executor executor,
                                         const LocalStore& store) {
  if (store.wal_folder) refuse_beside_left_process(*store.wal_folder, store.archive);
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("could not create a socket pair: {}", system_message(errno)),
                system_hint(errno));
  }
  Descriptor own_end(ends[0]);
  const Descriptor its_end(ends[1]);
  // The step that may fail comes first: a child without a peer would wait for its first request.
  auto stream = make_descriptor_transport(executor, std::move(own_end), {});
  Started child = start_child(store, its_end);
  return std::make_unique<LocalTransport>(std::move(stream), std::move(child), store);
}

}  // namespace walstow
