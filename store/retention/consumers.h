// Standbys as consumers of the retention rule. Pure.
#pragma once

#include <string>
#include <vector>

#include "proto/wire/report.h"
#include "store/retention/retention_rule.h"

namespace walstow {

// Where a standby's position is: its restartpoint, else the lowest segment that it was handed. One
// for each data directory that reports under its id; none: retired.
std::vector<Consumer> consumers_of(const PositionReport& position, SegmentSize size);
std::string describe(const PositionReport& position);  // for messages

}  // namespace walstow
