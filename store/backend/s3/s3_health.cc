#include "store/backend/s3/s3_health.h"

namespace walstow {

bool S3Health::may_ask(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (silences_ < kSilencesBefore) return true;
  if (now < next_try_) return false;
  next_try_ = now + kPause;  // this call is the try; its outcome decides for the others
  return true;
}

void S3Health::answered() {
  const std::lock_guard lock(mutex_);
  silences_ = 0;
  silent_since_.reset();
}

void S3Health::silent(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (!silent_since_) silent_since_ = now;
  ++silences_;
  next_try_ = now + kPause;
}

std::optional<Duration> S3Health::silent_for(Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  if (!silent_since_) return std::nullopt;
  return std::chrono::duration_cast<Duration>(now - *silent_since_);
}

}  // namespace walstow
