// Counts each client's open connections, so that one runaway client leaves room for the others.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace walstow {

class ConnectionCounter {
 public:
  ConnectionCounter() = default;
  ConnectionCounter(const ConnectionCounter&) = delete;
  ConnectionCounter& operator=(const ConnectionCounter&) = delete;

  // One counted connection, for as long as this object lives.
  class Slot {
   public:
    Slot(ConnectionCounter& slots, std::string client)
        : slots_(slots), client_(std::move(client)), taken_(slots_.open(client_)) {}
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() {
      const std::lock_guard lock(slots_.mutex_);
      const auto entry = slots_.taken_.find(client_);
      if (--entry->second == 0) slots_.taken_.erase(entry);
      --slots_.all_taken_;
    }
    // How many connections the client had when this one was counted, including this one.
    std::size_t taken() const { return taken_; }

   private:
    ConnectionCounter& slots_;
    std::string client_;
    std::size_t taken_;
  };

  std::size_t all_taken() const {
    const std::lock_guard lock(mutex_);
    return all_taken_;
  }

 private:
  std::size_t open(const std::string& client) {
    const std::lock_guard lock(mutex_);
    ++all_taken_;
    return ++taken_[client];
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> taken_;  // guarded by mutex_; never 0
  std::size_t all_taken_ = 0;
};

}  // namespace walstow
