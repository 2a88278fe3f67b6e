// Decides whether the store's clock can be trusted to compute the ages of files. A prune removes
// old files, and a clock that is ahead (after a flat battery, before NTP has set it) makes all
// files look old at once.
//
// One record in the archive contains the newest time that was observed. Times of later puts and of
// standbys' reports extend it, as long as each is at most kLongestQuiet after the previous one. So
// times that come from a wrong clock do not confirm that clock. If a clock is more than
// kLongestQuiet ahead of the extended time, it is doubted for kDoubt. Either the clock is wrong, or
// the store was off for so long that no standby could ask. In the second case, the standbys'
// silence proves nothing. During the doubt, ages count up to the newest time that was observed
// before the doubt, and nothing is pruned by age alone. If the clock jumps again, the doubt starts
// again. If the clock is set back to about its previous time, the doubt ends. From then on, times
// that are later than the corrected clock count as the moment when it was set back.
//
// The kernel knows whether a program such as an NTP daemon synchronizes its clock. If the clock was
// synchronized once but is not synchronized now (for example, after a reboot, until NTP has set
// it), policies wait. After kDoubt, the host is treated as one without NTP, for which policies do
// not wait.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "proto/base/utc_time.h"
#include "store/archive/archive.h"
#include "store/retention/kernel_clock.h"
#include "store/retention/retention_rule.h"

namespace walstow {

// Longer than a weekend: if no daemon runs, a weekend without a put is not a jump.
inline constexpr std::chrono::hours kLongestQuiet{3 * 24};
inline constexpr std::chrono::hours kDoubt{7 * 24};
inline constexpr std::chrono::hours kClockRefresh{1};  // how often the record is written

struct ArchiveClock {
  Time seen;  // the newest time that was observed, even by a doubted clock
  struct Doubt {
    Time from;     // the newest time that was observed before the doubt
    Time noticed;  // when the doubt began, by the doubted clock
    bool operator==(const Doubt&) const = default;
  };
  std::optional<Doubt> doubt;
  struct SetBack {
    Time at;     // when the clock was set back, by the corrected clock
    Time until;  // the latest time that the wrong clock may have recorded
    bool operator==(const SetBack&) const = default;
  };
  std::optional<SetBack> set_back;
  // The newest time at which the kernel reported its clock as synchronized. nullopt: it never did,
  // or it did so long ago.
  std::optional<Time> synchronized = {};
  ClockSync sync = ClockSync::kUnknown;  // the kernel's current answer; not stored
  // Compares the stored members.
  bool operator==(const ArchiveClock& other) const {
    return std::tie(seen, doubt, set_back, synchronized) ==
           std::tie(other.seen, other.doubt, other.set_back, other.synchronized);
  }

  // Returns the time up to which ages count.
  Time as_of(Time now) const { return doubt ? doubt->from : now; }
  // Returns how to count times that are in the future, if ages count up to `counted`. Ignores small
  // differences between the clocks of hosts.
  FutureTimes future_times(Time counted) const;
  // Returns "" if the clock is trusted. Otherwise returns human-readable text with a remedy.
  std::string doubt_text(const std::string& cluster) const;
  // Returns one sentence if policies are waiting for the kernel's clock to be synchronized again,
  // and "" otherwise.
  std::string sync_text() const;
};

// Returns the times of the archive's files and records, in any order: all times after `since`. With
// nullopt, the newest times are enough.
using TimesOfArchive = std::function<std::vector<Time>(std::optional<Time> since)>;

// Judges the clock. Calls `times` only if the record alone is not enough. Times later than `now`
// prove nothing. Pure.
ArchiveClock judge_clock(const std::optional<ArchiveClock>& before, Time now,
                         const TimesOfArchive& times);

// Returns the stored clock, or nullopt if none was ever stored. This and the following functions
// block. Errors: as in store/backend/backend.h.
std::optional<ArchiveClock> read_clock(const Archive& archive);
// Judges the clock by `kept` and the archive's times. Writes nothing.
ArchiveClock look_at_clock(const Archive& archive, const std::optional<ArchiveClock>& kept,
                           Time now, const std::stop_token& stop = {},
                           ClockSync sync = kernel_clock_sync());
// Like look_at_clock(), but also stores the result, which is durable on return. Stores a new doubt,
// or a clock that was set back, at once; otherwise stores the time every kClockRefresh. Logs
// changes.
ArchiveClock keep_clock(const Archive& archive, Time now, const std::stop_token& stop = {},
                        ClockSync sync = kernel_clock_sync());

}  // namespace walstow
