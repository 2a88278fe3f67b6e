// A round trip through the archive that leaves nothing behind: publish, read back, remove.
#pragma once

#include <string>

#include "proto/wire/report.h"
#include "store/archive/archive.h"

namespace walstow {

// The object is outside all eras, under "_probe/". Errors: as in store/backend/backend.h. Also
// throws Error{kDamaged} if the bytes that were read back differ from the published bytes.
CheckReport probe_archive(const Archive& archive, const std::string& cluster);

}  // namespace walstow
