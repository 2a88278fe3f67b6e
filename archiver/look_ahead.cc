#include "archiver/look_ahead.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <fmt/format.h>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "proto/base/log.h"

namespace walstow {

struct LookAhead::State {
  State(std::vector<WalFileName> names, ArchiveOne how, Deadline until)
      : files(names.begin(), names.end()), archive(std::move(how)), begin_until(until) {}

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

  void archive_all(StoreClient& store) {
    while (const auto name = next())
      archive(*name, store);
  }

  // Failures are not logged here: the server itself will soon pass the file, and receives the
  // error then.
  template <class Work>
  void try_to(Work work) {
    try {
      work();
    } catch (const std::exception& error) {
      log_line(LogLevel::kDebug, fmt::format("archiving ahead stops: {}", error.what()));
      stop();
    }
  }

  // When no thread can be started, the files are archived nevertheless.
  static void start_thread(const std::shared_ptr<State>& state, const ConnectStore& connect) {
    const std::lock_guard lock(state->mutex);
    try {
      std::thread([state, connect] {
        state->try_to([&] { state->archive_all(*connect()); });
        const std::lock_guard ending(state->mutex);
        --state->threads;
        state->changed.notify_all();
      }).detach();
      ++state->threads;
    } catch (const std::system_error& error) {
      log_line(LogLevel::kDebug, fmt::format("could not start a thread: {}", error.what()));
    }
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<WalFileName> files;
  std::size_t threads = 0;
  const ArchiveOne archive;
  const Deadline begin_until;
};

LookAhead::LookAhead(std::vector<WalFileName> files, std::size_t threads,
                     const ConnectStore& connect, const ArchiveOne& archive, Deadline begin_until)
    : state_(std::make_shared<State>(std::move(files), archive, begin_until)) {
  for (std::size_t i = 0; i < threads; ++i)
    State::start_thread(state_, connect);
}

LookAhead::~LookAhead() {
  stop();
}

void LookAhead::help(StoreClient& store) {
  state_->try_to([&] { state_->archive_all(store); });
}

void LookAhead::stop() {
  state_->stop();
}

bool LookAhead::wait_until_done(Deadline deadline) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_until(lock, deadline.when(), [this] { return state_->threads == 0; });
}

}  // namespace walstow
