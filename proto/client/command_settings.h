// All settings that walstow.toml may contain. walstow-archive, walstow-restore and walstow share
// that file, and an unknown name in it is an error. So each program knows all settings.
#pragma once

#include <vector>

#include "proto/program/settings.h"

namespace walstow {

// Returns client_settings(), followed by the settings that only one program uses.
const std::vector<Setting>& command_settings();

}  // namespace walstow
