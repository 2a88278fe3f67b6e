// Names of the operating system's users.
#pragma once

#include <string>
#include <sys/types.h>

namespace walstow {

// Returns the user's name; for a user without a name, the number.
std::string user_name(uid_t id);

}  // namespace walstow
