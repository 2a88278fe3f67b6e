// The highest timeline of an archive is not always the one that is in use: a trial recovery, with
// archive_mode on, leaves its timeline there, and histories are never removed. PostgreSQL still
// follows the highest one (recovery_target_timeline = 'latest').
#pragma once

#include <optional>

#include "proto/wire/report.h"

namespace walstow {

// Decides by the timelines in `era`. nullopt if `highest` is in use, or continues from the end of
// the timeline in use, or if a missing history leaves that open.
std::optional<ForkedTimeline> find_forked_timeline(const EraReport& era);

}  // namespace walstow
