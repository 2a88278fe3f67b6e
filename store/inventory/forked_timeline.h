// The highest timeline of an archive is not always the one that is in use: a recovery that was only
// tried, with archive_mode on, leaves its timeline there, and histories are never removed.
// PostgreSQL goes for the highest one all the same (recovery_target_timeline = 'latest').
#pragma once

#include <optional>

#include "proto/wire/report.h"

namespace walstow {

// By what `era` says of its timelines. nullopt where `highest` is in use, or leads on from the end
// of the one that is; and where a missing history leaves that open.
std::optional<ForkedTimeline> find_forked_timeline(const EraReport& era);

}  // namespace walstow
