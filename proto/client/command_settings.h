// Everything that walstow.toml may hold. The file belongs to walstow-archive, walstow-restore and
// walstow together, and a name that a program does not know is an error: so each knows them all.
#pragma once

#include <vector>

#include "proto/program/settings.h"

namespace walstow {

// client_settings(), then those of one program alone.
const std::vector<Setting>& command_settings();

}  // namespace walstow
