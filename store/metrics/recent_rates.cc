#include "store/metrics/recent_rates.h"

#include <algorithm>

namespace walstow {
namespace {

std::int64_t interval_of(Clock::time_point time) {
  return time.time_since_epoch() / RecentRates::kInterval;
}

}  // namespace

void RateSample::add(const RateSample& other) {
  put_bytes += other.put_bytes;
  get_bytes += other.get_bytes;
  puts += other.puts;
  gets += other.gets;
  refusals += other.refusals;
}

void RecentRates::add(Clock::time_point now, const RateSample& request) {
  const std::int64_t interval = std::max(interval_of(now), newest_);
  const auto slots = static_cast<std::int64_t>(kIntervals);
  // Clears the intervals without a request since the last one.
  for (std::int64_t i = std::max(newest_ + 1, interval - slots + 1); i <= interval; ++i)
    ring_[static_cast<std::size_t>(i % slots)] = {};
  newest_ = interval;
  ring_[static_cast<std::size_t>(interval % slots)].add(request);
}

std::vector<RateSample> RecentRates::read(Clock::time_point now) const {
  const auto slots = static_cast<std::int64_t>(kIntervals);
  const std::int64_t first = interval_of(now) - slots + 1;
  std::vector<RateSample> samples(kIntervals);
  for (std::int64_t i = first; i < first + slots; ++i) {
    const bool is_kept = i >= 0 && i <= newest_ && i > newest_ - slots;
    if (is_kept)
      samples[static_cast<std::size_t>(i - first)] = ring_[static_cast<std::size_t>(i % slots)];
  }
  return samples;
}

}  // namespace walstow
