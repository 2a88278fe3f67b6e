// The restore_command of a server that reaches the archive as this process does. Pure.
#pragma once

#include <string>

#include "proto/base/suggestion.h"

namespace walstow {

// Returns the command as PostgreSQL reads it, before it replaces %f and %p.
std::string restore_setting(const Reach& reach, const std::string& cluster);

}  // namespace walstow
