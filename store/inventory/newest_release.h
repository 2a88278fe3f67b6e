// The PostgreSQL release of an era's newest segment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/archive/archive.h"
#include "store/inventory/era_inventory.h"

namespace walstow {

// Returns the XLOG_PAGE_MAGIC of that release if it is newer than all releases that this program
// knows. Otherwise returns nullopt. The newest segment is the last segment of the timeline that
// received the latest put. Opens that object and reads its beginning. Also returns nullopt if the
// object is unreadable or damaged: verify reports that. Blocking. Throws only Error{kFatal}.
std::optional<std::uint16_t> newer_magic_in(const Archive& archive, const std::string& cluster,
                                            const EraInventory& inventory);

}  // namespace walstow
