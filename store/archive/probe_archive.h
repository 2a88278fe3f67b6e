// A round trip through the archive that leaves nothing behind: publish, read back, remove.
#pragma once

#include <string>

#include "proto/wire/report.h"
#include "store/archive/archive.h"

namespace walstow {

// Runs outside all eras, under "_probe/". Errors: as the backend; Error{kDamaged} if the object
// that was read back differs from the one that was put.
CheckReport probe_archive(const Archive& archive, const std::string& cluster);

}  // namespace walstow
