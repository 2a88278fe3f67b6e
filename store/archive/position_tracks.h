// Which data directory a report of a standby belongs to, and what it changes. Pure.
//
// An instance's id belongs to one data directory, bound to its host, device and inode. A cloned
// machine has the same values, so two data directories may report under one id: the clone advances,
// and the original still needs older segments. So a record keeps a track for each data directory
// that can be distinguished, and each track holds back the segments that its data directory needs.
//
//  - A server never requests a segment before its restartpoint. A report that does comes from
//    another data directory, or from the same one after it was set back to an earlier state. It
//    gets a track of its own, and the higher track stays. Only its own reports move a track.
//  - A report belongs to the track of its machine's run (Instance::boot). Where that does not
//    decide, it belongs to the track whose last served segment is the one that the report names as
//    such; otherwise to the nearest track below.
//  - A machine that boots continues its track. When an earlier run of a track reports again, two
//    machines are running, and the earlier one needs what it needed before the other one appeared.
//  - A higher track ends when a lower one of the same run of the machine has passed it and the
//    higher one has not reported since the lower one began: then one data directory was set back.
//    Other tracks stay, as the record of an absent standby does, until they are silent for too long
//    (store/retention/retention_rule.h) or an administrator forgets the record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/wire/command.h"

namespace walstow {

// What a request reports about the instance that sent it.
struct PositionChange {
  Instance instance;
  std::uint64_t system_identifier = 0;
  std::optional<WalFileName> handed;        // a segment that is being served
  std::optional<WalFileName> restartpoint;  // PostgreSQL's %r
  bool waits = false;                       // it requested a file that is absent
  bool archives_as_primary = false;
};

// An ended run of a machine, and what it needed then.
struct PastRun {
  std::string boot, restartpoint, lowest_handed;
  std::uint64_t sequence = 0;  // of its newest report
  bool operator==(const PastRun&) const = default;
};

struct PositionTrack {
  std::string restartpoint, lowest_handed, last_handed;  // names of segments; "": none
  std::optional<Time> seen;
  std::uint64_t sequence = 0;      // of the newest report
  std::string boot;                // the run of its machine; "": unknown
  std::vector<PastRun> past_runs;  // the runs before that one, newest last
  bool retired = false;            // it archives as a primary, and holds nothing back
  // A lower track of the same run began, and this one has not reported since.
  bool perhaps_left = false;
  bool operator==(const PositionTrack&) const = default;
};

// Further tracks are merged; the result needs what the lower one needs.
inline constexpr std::ptrdiff_t kMostTracks = 4;

// "": unknown, so everything may be needed.
const std::string& floor_of(const PositionTrack& track);

// The tracks after a report, ascending by what they need, the retired ones last. nullopt: the
// report is older than its track's newest one, and changes nothing.
std::optional<std::vector<PositionTrack>> apply_report(std::vector<PositionTrack> tracks,
                                                       const PositionChange& change, Time now);

}  // namespace walstow
