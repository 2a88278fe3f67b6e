// Names of the operating system's users.
#pragma once

#include <sys/types.h>

#include <string>

namespace walstow {

// A user without a name is shown as a number.
std::string user_name(uid_t id);

}  // namespace walstow
