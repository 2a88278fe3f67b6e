// Determines which data directory a standby's report belongs to, and what the report changes. Pure.
//
// An instance's id belongs to one data directory, bound to its host, device and inode. A cloned
// machine has the same values, so two data directories may report under one id: the clone advances,
// while the original still needs older segments. So a record keeps a track for each data directory
// that can be distinguished, and each track keeps the segments that its data directory needs.
//
//  - A server never requests a segment before its restartpoint. A report of such a request comes
//    from another data directory, or from the same one after it was set back to an earlier state.
//    The report gets a track of its own, and the higher track stays. Only reports that belong to a
//    track move it.
//  - A report belongs to the track of its machine's boot (Instance::boot). If that does not
//    decide, it belongs to the track with the same last served segment; otherwise, to the nearest
//    track below.
//  - A machine that boots continues its track. If an earlier boot of a track reports again, two
//    machines are running, and the earlier one needs the segments that it needed before the other
//    one appeared.
//  - A higher track ends when a lower one of the same boot of the machine has passed it, and the
//    higher one has not reported since the lower one began: then one data directory was set back.
//    Other tracks stay, as the record of an absent standby does, until they have been silent for
//    too long (store/retention/retention_rule.h) or an administrator forgets the record.
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
  bool waits = false;                       // the instance requested a file that is absent
  bool archives_as_primary = false;
};

// An earlier boot of a machine, and the segments that were needed then.
struct PastRun {
  std::string boot, restartpoint, lowest_handed;
  std::uint64_t sequence = 0;  // sequence of its newest report
  bool operator==(const PastRun&) const = default;
};

struct PositionTrack {
  std::string restartpoint, lowest_handed, last_handed;  // names of segments; "": none
  std::optional<Time> seen;
  std::uint64_t sequence = 0;      // sequence of the newest report
  std::string boot;                // the boot of the instance's machine; "": unknown
  std::vector<PastRun> past_runs;  // the boots before `boot`, the newest last
  // The instance archives as a primary, so the track keeps no segments.
  bool retired = false;
  // A lower track of the same boot has begun, and this track has received no report since.
  bool perhaps_left = false;
  bool operator==(const PositionTrack&) const = default;
};

// If there are more tracks, two are merged. The merged track keeps everything that the lower of the
// two tracks needs.
inline constexpr std::ptrdiff_t kMostTracks = 4;

// Returns the lowest segment that the track needs. "": unknown, so every segment may be needed.
const std::string& floor_of(const PositionTrack& track);

// Returns the tracks after a report, in ascending order of the segments that they need, with
// retired tracks last. Returns nullopt if the report is older than the newest one of its track, and
// so changes nothing.
std::optional<std::vector<PositionTrack>> apply_report(std::vector<PositionTrack> tracks,
                                                       const PositionChange& change, Time now);

}  // namespace walstow
