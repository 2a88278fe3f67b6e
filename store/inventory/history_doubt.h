// What makes a history doubtful without making it impossible. It is taken, for an honest one can be
// like that: after a long outage, after a while in another archive. Nor is it kept back until
// segments of its timeline come: a get would have to say that there is none, and a recovery would
// open the database without what they lead to, and take the timeline for an unused one. So people
// are told, and can withdraw it. Blocking. Errors: as store/backend/backend.h.
#pragma once

#include <string>

#include "proto/wal/timeline_history.h"
#include "store/archive/archive.h"

namespace walstow {

// So far beyond the parent's newest segment, and above the highest timeline, nothing is doubted.
inline constexpr std::uint64_t kUsualGap = 1024;
inline constexpr std::uint32_t kUsualTimelines = 16;

// A clause; "" where nothing is doubtful, and where the archive has nothing to compare with.
std::string describe_doubt(BackendReader& backend, const std::string& cluster, const EraName& era,
                           const TimelineHistory& history);

}  // namespace walstow
