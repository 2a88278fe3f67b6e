// The command line of walstowd.
#pragma once

#include "proto/program/command_line.h"

namespace walstow {

ProgramSpec walstowd_program();

}  // namespace walstow
