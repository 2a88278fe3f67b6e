// The machine behind a ForgetfulDisk: the tree of files, the power, the processes, and the one lock
// over all of them. Only forgetful_file_system.cc and mounted_file_system.cc use it.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/error.h"
#include "proto/files/file_system.h"
#include "tests/support/disk_model.h"

namespace walstow {

class Machine {
 public:
  explicit Machine(TemporaryStyle temporaries) : temporaries_(temporaries) {}

  TemporaryStyle temporaries() const { return temporaries_; }

  // --- for the test ---
  std::shared_ptr<const Process> start_process();
  void kill(const Process& process);
  void cut_at(std::size_t point, CutMoment moment);
  void interleave_at(std::size_t point, std::function<void()> other);
  void power_cut(CutMode mode);
  bool power_is_off() const;
  std::size_t crash_points() const;
  std::vector<std::string> journal() const;

  // --- for mounted file systems: only these calls touch the tree, and no function that they
  // receive may call them again, for example by opening or closing a file ---
  // Throws when `process` is no longer alive.
  template <class Look>
  auto look(const Process& process, Look look) {
    const std::lock_guard lock(mutex_);
    check_alive(process);
    return look();
  }
  // One crash point, called `name` in the journal.
  template <class Change>
  auto change(const Process& process, const std::string& name, Change change) {
    std::unique_lock lock(mutex_);
    if (pass_crash_point(lock, process, name) == Power::kStays) return change();
    try {
      static_cast<void>(change());
    } catch (const Error&) {  // its caller learns of neither the failure nor the cut
    }
    turn_power_off();
    throw PowerCut{};
  }
  // False if another process holds the lock, and still does at `deadline` if there is one.
  bool acquire(const std::shared_ptr<const Process>& process, DiskFile& file,
               const std::optional<std::chrono::steady_clock::time_point>& deadline);
  // For destructors: a dead process has lost everything anyway.
  template <class Change>
  void change_if_alive(const Process& process, Change change) noexcept {
    const std::lock_guard lock(mutex_);
    if (process.state != Process::State::kAlive) return;
    change();
    changed_.notify_all();
  }

  const std::shared_ptr<DiskFolder>& root() const { return root_; }
  std::uint64_t next_number() { return ++numbers_; }

 private:
  enum class Power { kStays, kGoesAfter };

  static void check_alive(const Process& process);
  // Throws if the power is cut before the change.
  Power pass_crash_point(std::unique_lock<std::mutex>& lock, const Process& process,
                         const std::string& name);
  void turn_power_off();

  struct Interleaved {
    std::size_t point;
    std::function<void()> run;
  };
  struct Cut {
    std::size_t point;
    CutMoment moment;
  };

  const TemporaryStyle temporaries_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // a lock may be free, or a waiting process dead
  std::shared_ptr<DiskFolder> root_ = std::make_shared<DiskFolder>(0);
  std::uint64_t numbers_ = 0;  // of inodes and temporaries
  std::vector<std::shared_ptr<Process>> processes_;
  bool power_is_off_ = false;
  std::vector<std::string> journal_;  // one line for each crash point
  std::optional<Cut> cut_;
  std::optional<Interleaved> interleaved_;
};

}  // namespace walstow
