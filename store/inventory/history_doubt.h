// Detects a history that is doubtful, but possible. The store accepts it, for an honest history can
// look like that: after a long outage, or after a while in another archive. The store does not hold
// it back until segments of its timeline arrive: until then a get would have to report it absent. A
// recovery would then open the database without the segments to which it leads, and take its
// timeline for an unused one. So the store warns people, who can withdraw the history. Blocking.
// Errors: as store/backend/backend.h.
#pragma once

#include <string>

#include "proto/wal/timeline_history.h"
#include "store/archive/archive.h"

namespace walstow {

// A history is not doubted up to this far beyond the parent's newest segment, or above the highest
// timeline.
inline constexpr std::uint64_t kUsualGap = 1024;
inline constexpr std::uint32_t kUsualTimelines = 16;

// One clause. "": nothing is doubtful, or the archive has nothing to compare with.
std::string describe_doubt(BackendReader& backend, const std::string& cluster, const EraName& era,
                           const TimelineHistory& history);

}  // namespace walstow
