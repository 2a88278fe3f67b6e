// The part of a status about retention: the present floor of the newest era, the consumer that sets
// it, and the amount that a prune would remove. It is only shown to people. Blocking. Errors: as in
// store/backend/backend.h.
#pragma once

#include <string>

#include "proto/wire/retention_report.h"
#include "store/archive/archive.h"
#include "store/backend/entries.h"
#include "store/inventory/era_inventory.h"

namespace walstow {

inline constexpr std::size_t kMostNotesShown = 10;

// Uses the cluster's policy or, without one, the rule of `walstow prune` without options. `damaged`
// already contains the errors of unreadable positions; this function adds the errors of other
// records. If there is any such error, there is no floor, because a prune would stop, too.
RetentionReport retention_status(const Archive& archive, const std::string& cluster,
                                 const EraInventory& files, DamagedRecords& damaged);

}  // namespace walstow
