#include "tests/support/machine.h"

#include <utility>

namespace walstow {

std::shared_ptr<const Process> Machine::start_process() {
  const std::lock_guard lock(mutex_);
  if (power_is_off_) throw PowerCut{};
  return processes_.emplace_back(std::make_shared<Process>());
}

void Machine::kill(const Process& process) {
  const std::lock_guard lock(mutex_);
  for (const auto& one : processes_) {
    if (one.get() == &process && one->state == Process::State::kAlive) {
      one->state = Process::State::kKilled;
    }
  }
  changed_.notify_all();
}

void Machine::cut_at(std::size_t point, CutMoment moment) {
  const std::lock_guard lock(mutex_);
  cut_ = Cut{journal_.size() + point, moment};
}

void Machine::interleave_at(std::size_t point, std::function<void()> other) {
  const std::lock_guard lock(mutex_);
  interleaved_ = Interleaved{journal_.size() + point, std::move(other)};
}

void Machine::power_cut(CutMode mode) {
  const std::lock_guard lock(mutex_);
  turn_power_off();
  Survival survival(mode);
  root_->lose_unsynced(survival);
  cut_.reset();
  interleaved_.reset();
  processes_.clear();
  power_is_off_ = false;
}

bool Machine::power_is_off() const {
  const std::lock_guard lock(mutex_);
  return power_is_off_;
}

std::size_t Machine::crash_points() const {
  const std::lock_guard lock(mutex_);
  return journal_.size();
}

std::vector<std::string> Machine::journal() const {
  const std::lock_guard lock(mutex_);
  return journal_;
}

bool Machine::acquire(const std::shared_ptr<const Process>& process, DiskFile& file,
                      const std::optional<std::chrono::steady_clock::time_point>& deadline) {
  std::unique_lock lock(mutex_);
  check_alive(*process);
  const auto settled = [&] { return process->state != Process::State::kAlive || !file.locked(); };
  const bool in_time = deadline ? changed_.wait_until(lock, *deadline, settled) : settled();
  check_alive(*process);
  if (in_time) file.set_owner(process);
  return in_time;
}

void Machine::check_alive(const Process& process) {
  switch (process.state) {
    case Process::State::kAlive:
      return;
    case Process::State::kKilled:
      throw ProcessKilled{};
    case Process::State::kLostPower:
      throw PowerCut{};
  }
}

Machine::Power Machine::pass_crash_point(std::unique_lock<std::mutex>& lock, const Process& process,
                                         const std::string& name) {
  check_alive(process);
  if (interleaved_ && interleaved_->point == journal_.size() + 1) {
    const auto other = std::exchange(interleaved_, std::nullopt);
    lock.unlock();
    other->run();
    lock.lock();
    check_alive(process);
  }
  journal_.push_back(name);
  if (!cut_ || cut_->point != journal_.size()) return Power::kStays;
  if (cut_->moment == CutMoment::kAfter) return Power::kGoesAfter;
  turn_power_off();
  throw PowerCut{};
}

void Machine::turn_power_off() {
  power_is_off_ = true;
  for (const auto& process : processes_) {
    if (process->state == Process::State::kAlive) process->state = Process::State::kLostPower;
  }
  changed_.notify_all();
}

}  // namespace walstow
