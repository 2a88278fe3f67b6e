// The highest timeline of an archive is not always the one that is in use: a recovery that was only
// tried, with archive_mode on, leaves its timeline there, and histories are never removed.
// PostgreSQL goes for the highest one all the same (recovery_target_timeline = 'latest').
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proto/wire/report.h"

namespace walstow {

struct ForkedTimeline {
  std::uint32_t highest = 0;
  std::uint32_t in_use = 0;  // the timeline whose newest segment was put last
  std::string left_at;  // where `highest` left it, an LSN; "" where it does not descend from it
};

// nullopt where `highest` is in use, or leads on from the end of the one that is; and where a
// missing history leaves that open.
std::optional<ForkedTimeline> find_forked_timeline(const EraReport& era);

}  // namespace walstow
