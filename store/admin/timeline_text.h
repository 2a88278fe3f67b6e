// What a status says of timelines that lead servers away: in one paragraph each, not wrapped. Pure.
#pragma once

#include <string>

#include "proto/wire/report.h"

namespace walstow {

// `mark` begins the text.
std::string forked_text(const ForkedTimeline& fork, const std::string& mark);
std::string branch_text(const BranchReport& branch, const std::string& mark,
                        const std::string& cluster);

}  // namespace walstow
