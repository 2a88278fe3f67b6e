// The texts of --help, in lines of at most 100 columns. All texts come from the program's tables.
#pragma once

#include <string>
#include <string_view>

#include "proto/program/command_line.h"

namespace walstow {

// The help of the whole program: usage, commands or arguments, options, the program's settings,
// exit codes and examples.
std::string help_text(const ProgramSpec& program);

// The help of one command of a program that has several.
std::string help_text(const ProgramSpec& program, const CommandSpec& command);

// The help of a word that begins several commands: "cluster" for "cluster create" and "cluster
// list".
std::string help_text(const ProgramSpec& program, std::string_view first_word);

// Returns, for example, "walstow get [OPTION]... CLUSTER FILE PATH".
std::string usage_of(const ProgramSpec& program, const CommandSpec& command);

// Returns, for example, "-D, --pgdata DIR".
std::string synopsis_of(const Option& option);

}  // namespace walstow
