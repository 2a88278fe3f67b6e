// Names of the operating system's users.
#pragma once

#include <string>
#include <sys/types.h>

namespace walstow {

// A user without a name is shown as a number.
std::string user_name(uid_t id);

}  // namespace walstow
