// Decides whether the archive has a log up to a position. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "proto/wal/lsn.h"
#include "proto/wire/report.h"
#include "proto/wire/times_report.h"

namespace walstow {

struct LogGoal {
  Timeline timeline;
  Lsn lsn;  // every byte before it must be there
};

// Returns the segment with the last byte before the goal's LSN. Throws Error{kUsage} if no log has
// that LSN.
WalFileName last_segment_of(const EraReport& era, const LogGoal& goal);

// Returns a clause if the segment of last_segment_of(), with these times, does not contain the log
// up to the goal's LSN. Otherwise returns "". nullopt: the archive lacks the segment.
std::string what_is_missing_in(const EraReport& era, const LogGoal& goal,
                               const std::optional<TimesReport>& last);

// Returns a clause if a prune has removed the segment with the last byte before the goal's LSN: the
// segment is below the floor and not stored, the archive has later WAL of its log, and the segment
// is in none of the holes. Otherwise returns "". `holes` are all holes of the cluster. The report
// may leave out old ranges of segments, so check with a list that the segment is not stored. Throws
// Error{kUsage} if no log has that LSN.
std::string what_was_pruned(const EraReport& era, std::span<const HoleReport> holes,
                            const LogGoal& goal);
// Returns whether what_was_pruned() returns a clause for some `holes`.
bool may_be_pruned(const EraReport& era, const LogGoal& goal);

// `holes` are all holes of the cluster. Returns "" if the archive has every byte of the log of
// `goal` from the archive's beginning up to its LSN, on its timeline and the ancestors of that
// timeline. Otherwise returns a clause that describes what is missing. Pruned segments are not
// missing: they belong to the time before the archive's beginning. Throws Error{kUsage} if no log
// has that LSN.
std::string what_is_missing(const EraReport& era, std::span<const HoleReport> holes,
                            const LogGoal& goal);

}  // namespace walstow
