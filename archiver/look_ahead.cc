#include "archiver/look_ahead.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "proto/base/log.h"

namespace walstow {

struct LookAhead::State {
  State(std::vector<WalFileName> names, Deadline until)
      : files(names.begin(), names.end()), begin_until(until) {}

  std::optional<WalFileName> next() {
    const std::lock_guard lock(mutex);
    if (files.empty() || begin_until.passed()) return std::nullopt;
    WalFileName name = std::move(files.front());
    files.pop_front();
    return name;
  }

  void stop() {
    const std::lock_guard lock(mutex);
    files.clear();
  }

  // What goes wrong is not said here: the server asks for the file itself soon, and then hears it.
  void archive_all(const std::function<ArchiveOne()>& connect) {
    try {
      const ArchiveOne archive = connect();
      while (const auto name = next())
        archive(*name);
    } catch (const std::exception& error) {
      log_line(LogLevel::kDebug, std::string("looking ahead ends: ") + error.what());
      stop();
    }
  }

  // A machine that is out of threads archives all the same.
  static void start_thread(const std::shared_ptr<State>& state,
                           const std::function<ArchiveOne()>& connect) {
    const std::lock_guard lock(state->mutex);
    try {
      std::thread([state, connect] {
        state->archive_all(connect);
        const std::lock_guard ending(state->mutex);
        --state->threads;
        state->changed.notify_all();
      }).detach();
      ++state->threads;
    } catch (const std::system_error& error) {
      log_line(LogLevel::kDebug, std::string("could not start a thread: ") + error.what());
    }
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<WalFileName> files;
  std::size_t threads = 0;
  const Deadline begin_until;
};

LookAhead::LookAhead(std::vector<WalFileName> files, std::size_t threads,
                     const std::function<ArchiveOne()>& connect, Deadline begin_until)
    : state_(std::make_shared<State>(std::move(files), begin_until)) {
  for (std::size_t i = 0; i < threads; ++i)
    State::start_thread(state_, connect);
}

LookAhead::~LookAhead() {
  stop();
}

void LookAhead::help(const ArchiveOne& archive) {
  state_->archive_all([&archive] { return archive; });
}

void LookAhead::stop() {
  state_->stop();
}

bool LookAhead::wait_until_done(Deadline deadline) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_until(lock, deadline.when(), [this] { return state_->threads == 0; });
}

}  // namespace walstow
