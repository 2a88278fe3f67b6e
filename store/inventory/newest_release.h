// The PostgreSQL release of an era's newest segment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/archive/archive.h"
#include "store/inventory/era_inventory.h"

namespace walstow {

// The XLOG_PAGE_MAGIC of that release, if it is newer than those that this program knows. The
// newest segment is the last one of the timeline with the latest put. Opens one object and reads
// its beginning. nullopt also if it is unreadable or damaged: verify reports those. Blocking.
// Throws only Error{kFatal}.
std::optional<std::uint16_t> newer_magic_in(const Archive& archive, const std::string& cluster,
                                            const EraInventory& inventory);

}  // namespace walstow
