// Whether the store's clock can be trusted with the age of things. A prune removes what is old, and
// a clock that is ahead (a flat battery, before NTP has set it) makes all of it old at once.
//
// The archive keeps the newest time that it has seen, in one record. Puts and reports of standbys
// since then lead on from there, as long as none of them is more than kLongestQuiet behind the one
// before: what a wrong clock has stamped proves nothing for it. A clock that is more than
// kLongestQuiet ahead of where they lead is doubted for kDoubt: either it is wrong, or the store
// was off for so long that no standby could ask, and its silence says nothing. While it is doubted,
// ages count up to the newest time that was seen before, and nothing is pruned by age alone. A
// further jump begins the doubt anew. When the clock is set back to about where it was, the doubt
// is over; what has a time of the future then counts as from that moment.
//
// The kernel says whether something steers its clock. On a host where something did and nothing
// does, as before NTP has set it, policies wait; kDoubt later the host counts as one that has none,
// which is no reason to wait for.
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

// Longer than a weekend without a put: where no daemon runs, that is no jump.
inline constexpr std::chrono::hours kLongestQuiet{3 * 24};
inline constexpr std::chrono::hours kDoubt{7 * 24};
inline constexpr std::chrono::hours kClockRefresh{1};  // how often the record is written

struct ArchiveClock {
  Time seen;  // the newest time that was seen, also by a clock that is doubted
  struct Doubt {
    Time from;     // the newest time that was seen before
    Time noticed;  // by the clock that is doubted
    bool operator==(const Doubt&) const = default;
  };
  std::optional<Doubt> doubt;
  struct SetBack {
    Time at;     // by the clock that was set back
    Time until;  // the latest time that the wrong clock can have left
    bool operator==(const SetBack&) const = default;
  };
  std::optional<SetBack> set_back;
  // The newest time that the kernel called synchronized; nullopt: it never did, or long ago.
  std::optional<Time> synchronized = {};
  ClockSync sync = ClockSync::kUnknown;  // what it says now; is not kept
  // Of what is kept.
  bool operator==(const ArchiveClock& other) const {
    return std::tie(seen, doubt, set_back, synchronized) ==
           std::tie(other.seen, other.doubt, other.set_back, other.synchronized);
  }

  // By what ages are counted.
  Time as_of(Time now) const { return doubt ? doubt->from : now; }
  // For ages that are counted by `counted`. Where clocks of several hosts differ a little, nothing
  // is of the future.
  FutureTimes future_times(Time counted) const;
  // "" while the clock is trusted; else for people, with what to do.
  std::string doubt_text(const std::string& cluster) const;
  // "" unless policies wait for the kernel's clock to be synchronized again; else one sentence.
  std::string sync_text() const;
};

// Times that the archive's files and records have, in any order. `since`: those after it, all of
// them; nullopt: the newest are enough.
using TimesOfArchive = std::function<std::vector<Time>(std::optional<Time> since)>;

// Pure. `times` is called only where the record does not decide; of what it gives, what is later
// than `now` says nothing.
ArchiveClock judge_clock(const std::optional<ArchiveClock>& before, Time now,
                         const TimesOfArchive& times);

// As it was kept; nullopt: it never was. Blocking, as all of these; errors as
// store/backend/backend.h.
std::optional<ArchiveClock> read_clock(const Archive& archive);
// The same with what it was kept as, and whatever else is needed; writes nothing.
ArchiveClock look_at_clock(const Archive& archive, const std::optional<ArchiveClock>& kept,
                           Time now, const std::stop_token& stop = {},
                           ClockSync sync = kernel_clock_sync());
// The same, and durable on return: that the clock is doubted or was set back, and every
// kClockRefresh how late it is. What is new about it is a line on the log.
ArchiveClock keep_clock(const Archive& archive, Time now, const std::stop_token& stop = {},
                        ClockSync sync = kernel_clock_sync());

}  // namespace walstow
