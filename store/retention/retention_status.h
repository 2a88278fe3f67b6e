// What a status says of retention: where the floor of the newest era would be now and who holds it
// there, and what a prune would remove. For people: nothing is decided by it. Blocking; errors as
// store/backend/backend.h.
#pragma once

#include <string>

#include "proto/wire/retention_report.h"
#include "store/archive/archive.h"
#include "store/backend/entries.h"
#include "store/inventory/era_inventory.h"

namespace walstow {

inline constexpr std::size_t kMostNotesShown = 10;

// By the cluster's policy; where there is none, as `walstow prune` without any. `damaged` gets what
// is wrong with records that cannot be read, and has what is known of positions; with one of them
// there is no floor, as a prune would go no further.
RetentionReport retention_status(const Archive& archive, const std::string& cluster,
                                 const EraInventory& files, DamagedRecords& damaged);

}  // namespace walstow
