// Which data directory a report of a standby belongs to, and what it changes. Pure.
//
// An instance's id is of one data directory, bound to its host, device and inode. A machine that is
// cloned as a whole has all of these, so two data directories may report under one id: the clone
// goes ahead, and the original still needs what is behind. So a record keeps a track for each data
// directory that can be told from the others, and each of them holds back what it needs.
//
//  - A server asks for nothing before its restartpoint. Whoever does is another data directory, or
//    the same one that was set back to an earlier state: it gets a track of its own, and the higher
//    one stays. Only its own reports move a track.
//  - A report belongs to the track of its machine's run (Instance::boot), and where that does not
//    tell, to the one which was handed last what the report names as handed last; else to the
//    nearest below.
//  - A machine that boots goes on with its track. When an earlier run of a track reports once more,
//    two machines are running, and that one needs what it needed before the other came.
//  - A track above ends when a lower one of the same run of the machine has passed it and nothing
//    was heard of it since the lower one began: then one data directory was set back. Others stay,
//    as the record of a standby that is away does, until they are silent for too long
//    (store/retention/retention_rule.h) or an administrator forgets the record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/wire/command.h"

namespace walstow {

// What a request tells of the instance that sent it.
struct PositionChange {
  Instance instance;
  std::uint64_t system_identifier = 0;
  std::optional<WalFileName> handed;        // a segment that is being handed over
  std::optional<WalFileName> restartpoint;  // PostgreSQL's %r
  bool waits = false;                       // asked for something that is not there
  bool archives_as_primary = false;
};

// A run of a machine that has ended, and what it needed then.
struct PastRun {
  std::string boot, restartpoint, lowest_handed;
  std::uint64_t sequence = 0;  // of its newest report
  bool operator==(const PastRun&) const = default;
};

struct PositionTrack {
  std::string restartpoint, lowest_handed, last_handed;  // names of segments; "": none
  std::optional<Time> seen;
  std::uint64_t sequence = 0;      // of the newest report
  std::string boot;                // run of its machine; "": not known
  std::vector<PastRun> past_runs;  // before that one, newest last
  bool retired = false;            // archives as a primary, and holds nothing
  // A lower track of the same run began, and nothing was heard of this one since.
  bool perhaps_left = false;
  bool operator==(const PositionTrack&) const = default;
};

// More are made one, which needs what the lower of the two needs.
inline constexpr std::ptrdiff_t kMostTracks = 4;

// "": unknown, so everything may be needed.
const std::string& floor_of(const PositionTrack& track);

// The tracks after a report, ascending by what they need, the retired ones last. nullopt: it is
// older than what its track has, and changes nothing.
std::optional<std::vector<PositionTrack>> apply_report(std::vector<PositionTrack> tracks,
                                                       const PositionChange& change, Time now);

}  // namespace walstow
