// Describes timelines that lead servers to the wrong log, with one paragraph for each timeline.
// Pure.
#pragma once

#include <string>

#include "proto/wire/report.h"

namespace walstow {

std::string forked_text(const ForkedTimeline& fork);
std::string branch_text(const BranchReport& branch, const std::string& cluster);

}  // namespace walstow
