// The picture of a copy of a server that leads others away: one client has opened a timeline, and
// another one goes on putting segments of the parent, behind the place where it was left. Standbys
// that follow the highest timeline then leave the server that is in use. A promotion after which
// the old primary stays down looks different: nobody puts on the parent any more.
#pragma once

#include <cstddef>
#include <vector>

#include "proto/wire/report.h"
#include "store/archive/archive.h"
#include "store/inventory/era_inventory.h"

namespace walstow {

// Those of an era, by timeline, `most` at most; who has put what is in the objects. Blocking. An
// object that cannot be read shows nothing; errors as store/backend/backend.h.
std::vector<BranchReport> find_branches(const Archive& archive, const std::string& cluster,
                                        const EraInventory& inventory, std::size_t most);

}  // namespace walstow
