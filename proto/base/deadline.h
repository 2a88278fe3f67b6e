// A deadline is the point in time by which a wait must have ended. Every wait in the project has a
// deadline.
#pragma once

#include <chrono>

namespace walstow {

using Clock = std::chrono::steady_clock;
using Duration = std::chrono::milliseconds;

class Deadline {
 public:
  static Deadline after(Duration duration) { return Deadline(Clock::now() + duration); }
  static Deadline at(Clock::time_point when) { return Deadline(when); }

  Clock::time_point when() const { return when_; }
  bool passed() const { return Clock::now() >= when_; }
  // Never negative.
  Duration remaining() const {
    const auto left = std::chrono::duration_cast<Duration>(when_ - Clock::now());
    return left > Duration::zero() ? left : Duration::zero();
  }
  Deadline earlier(Deadline other) const { return when_ < other.when_ ? *this : other; }

 private:
  explicit Deadline(Clock::time_point when) : when_(when) {}
  Clock::time_point when_;
};

}  // namespace walstow
