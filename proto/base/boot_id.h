// Identifies the current boot of the machine. After a crash of the machine, data that a process saw
// before the crash may be lost.
#pragma once

#include <string>

namespace walstow {

// Returns a random value that the kernel generates at each boot (Linux
// Documentation/admin-guide/sysctl/kernel.rst, random/boot_id). Returns "" if the kernel does not
// provide it. Callers then assume that nothing was seen during this boot.
std::string boot_id();

}  // namespace walstow
