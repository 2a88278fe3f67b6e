// Which run of the machine this is: what was not fsynced before may be gone or garbled after.
#pragma once

#include <string>

namespace walstow {

// Random, another one after each start of the kernel. "" when the kernel does not tell: nothing may
// be taken to be of this boot then.
std::string boot_id();

}  // namespace walstow
