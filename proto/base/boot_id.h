// Which run of the machine this is: what was seen before a crash of the machine may not be there
// any more.
#pragma once

#include <string>

namespace walstow {

// Random, made by the kernel at each boot (Linux Documentation/admin-guide/sysctl/kernel.rst,
// random/boot_id). "" when it does not tell: nothing then counts as seen in this run.
std::string boot_id();

}  // namespace walstow
