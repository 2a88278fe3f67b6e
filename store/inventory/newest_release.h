// Of which PostgreSQL release the newest segment of an era is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/archive/archive.h"
#include "store/inventory/era_inventory.h"

namespace walstow {

// Where that release is newer than this program: its XLOG_PAGE_MAGIC. The newest segment is the
// last one of the timeline that was written to last. One object is opened, and its beginning read.
// nullopt also where it cannot be read, or is damaged: verify tells of those. Blocking. Throws
// Error{kFatal} only.
std::optional<std::uint16_t> newer_magic_in(const Archive& archive, const std::string& cluster,
                                            const EraInventory& inventory);

}  // namespace walstow
