// Determines whether the highest timeline in an archive is the one in use. A trial recovery with
// archive_mode on leaves its timeline in the archive, and histories are never removed. PostgreSQL
// still follows the highest timeline (recovery_target_timeline = 'latest').
#pragma once

#include <optional>

#include "proto/wire/report.h"

namespace walstow {

// Decides by the timelines in `era`. Returns nullopt if `highest` is in use, or continues from the
// end of the timeline in use. Also returns nullopt if this is unknown because a history is missing.
std::optional<ForkedTimeline> find_forked_timeline(const EraReport& era);

}  // namespace walstow
