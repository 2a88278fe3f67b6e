// Detects a copied server that leads standbys to the wrong log: one client has opened a timeline,
// and another client continues to put segments of the parent, after the switch point. Standbys that
// follow the highest timeline then leave the server that is in use. A promotion looks different if
// the old primary stays down: then no client puts segments of the parent any more.
#pragma once

#include <cstddef>
#include <vector>

#include "proto/wire/report.h"
#include "store/archive/archive.h"
#include "store/inventory/era_inventory.h"

namespace walstow {

// Returns the branches of an era, at most `most`, in the order of their timelines. The clients come
// from the objects: each object names the client that has put it. An unreadable object proves
// nothing. Blocking. Errors: as in store/backend/backend.h.
std::vector<BranchReport> find_branches(const Archive& archive, const std::string& cluster,
                                        const EraInventory& inventory, std::size_t most);

}  // namespace walstow
