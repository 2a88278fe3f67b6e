// Detects a history that is doubtful, but possible. The store accepts it, because an honest history
// can look the same after a long outage, or after archiving elsewhere for a while. The store does
// not delay it until segments of its timeline arrive: until then, a get would have to report the
// history as absent. A recovery would then open the database without the segments to which the
// history leads, and would take its timeline for an unused one. So the store warns administrators,
// who can withdraw the history. Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <string>

#include "proto/wal/timeline_history.h"
#include "store/archive/archive.h"

namespace walstow {

// A history is not doubtful if its branch point is at most this many segments after its parent's
// newest segment, and if its timeline is at most this many above the highest timeline.
inline constexpr std::uint64_t kUsualGap = 1024;
inline constexpr std::uint32_t kUsualTimelines = 16;

// Returns one clause that explains the doubt. Returns "" if nothing is doubtful, or if the archive
// contains nothing with which to compare the history.
std::string describe_doubt(BackendReader& backend, const std::string& cluster, const EraName& era,
                           const TimelineHistory& history);

}  // namespace walstow
