// Converts the positions of standbys into consumers for the retention rule. Pure.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "proto/wire/report.h"
#include "store/retention/retention_rule.h"

namespace walstow {

// A standby's position is its restartpoint; without one, it is the lowest segment that was served
// to the standby. Returns one consumer for each data directory that reports under the standby's id,
// and none if it is retired.
std::vector<Consumer> consumers_of(const PositionReport& position, SegmentSize size);
std::string describe(const PositionReport& position);  // for messages

// Returns "30 hours" or "12 days".
std::string days_text(std::chrono::system_clock::duration duration);

}  // namespace walstow
