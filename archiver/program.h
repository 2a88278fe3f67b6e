// The command line of walstow-archive.
#pragma once

#include "proto/program/command_line.h"

namespace walstow {

inline constexpr const char* kArchiveProgram = "walstow-archive";

ProgramSpec archive_program();

}  // namespace walstow
