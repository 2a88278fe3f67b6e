// Standbys as consumers of the retention rule. Pure.
#pragma once

#include <string>
#include <vector>

#include "proto/wire/report.h"
#include "store/retention/retention_rule.h"

namespace walstow {

// A standby's position: its restartpoint, otherwise the lowest segment that it was served. One
// consumer for each data directory that reports under its id; none if retired.
std::vector<Consumer> consumers_of(const PositionReport& position, SegmentSize size);
std::string describe(const PositionReport& position);  // for messages

}  // namespace walstow
