// Completion for bash: commands, options, choices, and names of files and folders.
#pragma once

#include <string>

#include "proto/program/command_line.h"

namespace walstow {

// A script that bash sources; it needs no other script. bash-completion loads it by the program's
// name.
std::string bash_completion(const ProgramSpec& program);

}  // namespace walstow
