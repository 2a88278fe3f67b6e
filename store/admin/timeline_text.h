// The part of a status about timelines that lead servers astray: one unwrapped paragraph each.
// Pure.
#pragma once

#include <string>

#include "proto/wire/report.h"

namespace walstow {

// The text begins with `mark`.
std::string forked_text(const ForkedTimeline& fork, const std::string& mark);
std::string branch_text(const BranchReport& branch, const std::string& mark,
                        const std::string& cluster);

}  // namespace walstow
