// Identifies the current boot of the machine. Data that a process saw before a crash of the
// machine may no longer be there.
#pragma once

#include <string>

namespace walstow {

// A random value that the kernel generates at each boot (Linux
// Documentation/admin-guide/sysctl/kernel.rst, random/boot_id). "": the kernel does not provide it;
// callers then treat nothing as seen during this boot.
std::string boot_id();

}  // namespace walstow
