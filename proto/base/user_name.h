// The operating system's users: their names, and how root becomes one of them.
#pragma once

#include <string>
#include <sys/types.h>

namespace walstow {

// Returns the user's name, or the number of a user without a name.
std::string user_name(uid_t id);

// From now on, the whole process runs as that user and group, without root's rights and
// supplementary groups. Only root can call it. Throws Error{kStorage}.
void become_user(uid_t user, gid_t group);
// The same, with all of the user's groups, as a login has them.
void become_user(uid_t user);

}  // namespace walstow
