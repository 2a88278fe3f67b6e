// The command line of walstow-restore.
#pragma once

#include "proto/program/command_line.h"

namespace walstow {

inline constexpr const char* kRestoreProgram = "walstow-restore";

ProgramSpec restore_program();

}  // namespace walstow
