// The parts of a cluster's status that describe one era, made of its inventory. Everything but
// add_breaks() is pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"
#include "store/backend/entries.h"
#include "store/inventory/absence.h"
#include "store/inventory/era_inventory.h"

namespace walstow {

// The largest number of ranges per timeline in a report, newest first. Even with many holes, the
// report must not exceed the size of a JSON body that clients read (kLargestJson). So many ranges
// of one timeline take 9 kB.
inline constexpr std::size_t kMostRanges = 100;
// The limits for the holes of an era, for the backups of a timeline, and for the beginnings of
// their labels.
inline constexpr std::size_t kMostHoles = 100;
inline constexpr std::size_t kMostBackups = 20;
inline constexpr std::size_t kLongestLabelShown = 100;  // characters

// Returns the timelines of an era, without the gaps and breaks.
EraReport era_report(const EraInventory& inventory);

// Adds the gaps and the missing histories. `log` ends in the era of the report.
void add_gaps(EraReport& report, const EraInventory& inventory, const KnownLog& log);

// Adds the places where the log of the archived segments breaks. Blocking. Adds the records that
// cannot be read to `damaged`. Errors: as in store/backend/backend.h.
void add_breaks(EraReport& report, const Archive& archive, const std::string& cluster,
                const KnownLog& log, DamagedRecords& damaged);

// Adds the distance of a standby from the newest segment of its line, if both are known.
void add_distance(PositionReport& position, const KnownLog& log);

// Returns the segments and history files that are missing within a range, in the order of a list.
std::vector<HoleReport> missing_in(const KnownLog& log, const std::string& era,
                                   const FileRange& range);

}  // namespace walstow
