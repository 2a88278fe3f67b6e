// Requests of the last hours, counted in intervals of five minutes. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "proto/base/deadline.h"

namespace walstow {

// The requests of one interval.
struct RateSample {
  std::uint64_t put_bytes = 0, get_bytes = 0;  // as FinishedRequest::bytes
  std::uint32_t puts = 0, gets = 0, refusals = 0;
  void add(const RateSample& other);
  bool operator==(const RateSample&) const = default;
};

class RecentRates {
 public:
  static constexpr std::chrono::minutes kInterval{5};
  static constexpr std::size_t kIntervals = 144;  // 12 hours; they take 4.6 kB

  // A time before the time of an earlier request counts as that earlier time.
  void add(Clock::time_point now, const RateSample& request);
  // Returns the intervals, oldest first; the last one is still in progress.
  std::vector<RateSample> read(Clock::time_point now) const;

 private:
  std::array<RateSample, kIntervals> ring_{};  // by number of the interval
  std::int64_t newest_ = -1;                   // the interval of the last request; -1: none
};

}  // namespace walstow
