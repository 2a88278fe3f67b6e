// What --help prints, in lines of at most 100 columns: all of it comes from the program's tables.
#pragma once

#include <string>
#include <string_view>

#include "proto/program/command_line.h"

namespace walstow {

// Of the whole program: usage, commands or arguments, options, the settings that it uses, exit
// codes and examples.
std::string help_text(const ProgramSpec& program);

// Of one command of a program that has several.
std::string help_text(const ProgramSpec& program, const CommandSpec& command);

// Of the first word of some commands: "cluster" of "cluster create" and "cluster list".
std::string help_text(const ProgramSpec& program, std::string_view first_word);

// "walstow get [OPTION]... CLUSTER FILE PATH".
std::string usage_of(const ProgramSpec& program, const CommandSpec& command);

// "-D, --pgdata DIR".
std::string synopsis_of(const Option& option);

}  // namespace walstow
