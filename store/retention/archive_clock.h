// Decides whether the store's clock can be trusted with the ages of files. A prune removes old
// files, and a clock that is ahead (a flat battery, before NTP has set it) makes all files old at
// once.
//
// One record of the archive keeps the newest time that was observed. The times of later puts and of
// standbys' reports extend it, as long as each is at most kLongestQuiet after the previous one. So
// times that a wrong clock has stamped do not support that clock. A clock that is more than
// kLongestQuiet ahead of the extended time is doubted for kDoubt. Either it is wrong, or the store
// was off for so long that no standby could ask, and the standbys' silence proves nothing. During
// the doubt, ages count up to the newest time that was observed before, and nothing is pruned by
// age alone. A further jump starts the doubt again. When the clock is set back to about its
// previous time, the doubt ends, and any later time then counts as that moment.
//
// The kernel knows whether something steers its clock. If something did and nothing does now, as
// before NTP has set it, policies wait. After kDoubt the host counts as one without NTP, for which
// policies do not wait.
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

// Longer than a weekend without a put: without a running daemon, that is no jump.
inline constexpr std::chrono::hours kLongestQuiet{3 * 24};
inline constexpr std::chrono::hours kDoubt{7 * 24};
inline constexpr std::chrono::hours kClockRefresh{1};  // how often the record is written

struct ArchiveClock {
  Time seen;  // the newest time that was observed, even by a doubted clock
  struct Doubt {
    Time from;     // the newest time that was observed before
    Time noticed;  // by the doubted clock
    bool operator==(const Doubt&) const = default;
  };
  std::optional<Doubt> doubt;
  struct SetBack {
    Time at;     // by the clock after it was set back
    Time until;  // the latest time that the wrong clock can have stamped
    bool operator==(const SetBack&) const = default;
  };
  std::optional<SetBack> set_back;
  // The newest time at which the kernel called its clock synchronized. nullopt: never, or long ago.
  std::optional<Time> synchronized = {};
  ClockSync sync = ClockSync::kUnknown;  // the kernel's current answer; not stored
  // Compares the stored members.
  bool operator==(const ArchiveClock& other) const {
    return std::tie(seen, doubt, set_back, synchronized) ==
           std::tie(other.seen, other.doubt, other.set_back, other.synchronized);
  }

  // The time up to which ages count.
  Time as_of(Time now) const { return doubt ? doubt->from : now; }
  // For ages that count up to `counted`. It ignores small differences between the clocks of hosts.
  FutureTimes future_times(Time counted) const;
  // "": the clock is trusted. Otherwise a text for people, with a remedy.
  std::string doubt_text(const std::string& cluster) const;
  // "" unless policies wait for the kernel's clock to be synchronized again. Otherwise one
  // sentence.
  std::string sync_text() const;
};

// The times of the archive's files and records, in any order. `since`: all times after it; nullopt:
// the newest are enough.
using TimesOfArchive = std::function<std::vector<Time>(std::optional<Time> since)>;

// Pure. Calls `times` only if the record does not decide. Times later than `now` prove nothing.
ArchiveClock judge_clock(const std::optional<ArchiveClock>& before, Time now,
                         const TimesOfArchive& times);

// The stored clock. nullopt: never stored. All of these block; errors as store/backend/backend.h.
std::optional<ArchiveClock> read_clock(const Archive& archive);
// Judges the clock by `kept` and the archive's times; writes nothing.
ArchiveClock look_at_clock(const Archive& archive, const std::optional<ArchiveClock>& kept,
                           Time now, const std::stop_token& stop = {},
                           ClockSync sync = kernel_clock_sync());
// As look_at_clock(), durable on return: a doubt or a setting back at once, otherwise the time
// every kClockRefresh. Logs what is new.
ArchiveClock keep_clock(const Archive& archive, Time now, const std::stop_token& stop = {},
                        ClockSync sync = kernel_clock_sync());

}  // namespace walstow
