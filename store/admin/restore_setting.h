// The restore_command of a server that reaches the archive as this process does. Pure.
#pragma once

#include <string>

#include "proto/base/suggestion.h"

namespace walstow {

// Returns the command as PostgreSQL reads it, before it replaces %f and %p. `program`: the path of
// walstow-restore. It is part of the command even if a shell would find the program in PATH,
// because a server often has another PATH, and stops if it does not find its command. `options`: as
// in Reach.
std::string restore_setting(const std::string& program, const Words& options,
                            const std::string& cluster);

}  // namespace walstow
