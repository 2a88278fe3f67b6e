// Detects a copied server that leads standbys astray: one client has opened a timeline, and another
// client continues to put segments of the parent, after the switch point. Standbys that follow the
// highest timeline then leave the server that is in use. A promotion looks different if the old
// primary stays down: nobody puts on the parent any more.
#pragma once

#include <cstddef>
#include <vector>

#include "proto/wire/report.h"
#include "store/archive/archive.h"
#include "store/inventory/era_inventory.h"

namespace walstow {

// The branches of an era, by timeline, at most `most`. The objects name the clients that have put
// them. Blocking. An unreadable object proves nothing; errors as store/backend/backend.h.
std::vector<BranchReport> find_branches(const Archive& archive, const std::string& cluster,
                                        const EraInventory& inventory, std::size_t most);

}  // namespace walstow
