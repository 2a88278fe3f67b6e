// The retention part of a status: the present floor of the newest era, the consumer that sets it,
// and the amount that a prune would remove. For people; it decides nothing. Blocking; errors as
// store/backend/backend.h.
#pragma once

#include <string>

#include "proto/wire/retention_report.h"
#include "store/archive/archive.h"
#include "store/backend/entries.h"
#include "store/inventory/era_inventory.h"

namespace walstow {

inline constexpr std::size_t kMostNotesShown = 10;

// By the cluster's policy; without one, as `walstow prune` without options. `damaged` already
// contains the errors of unreadable positions, and this adds those of other records. With any of
// them there is no floor, since a prune would stop, too.
RetentionReport retention_status(const Archive& archive, const std::string& cluster,
                                 const EraInventory& files, DamagedRecords& damaged);

}  // namespace walstow
