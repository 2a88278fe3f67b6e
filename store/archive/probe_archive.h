// A round trip through the archive that leaves nothing behind: publish, read back, remove.
#pragma once

#include <string>

#include "proto/wire/report.h"
#include "store/archive/archive.h"

namespace walstow {

// Outside all eras, under "_probe/". Throws Error like the backend, and Error{kDamaged} when what
// comes back is not what was put.
CheckReport probe_archive(const Archive& archive, const std::string& cluster);

}  // namespace walstow
