// The command line of all four executables. It follows PostgreSQL's conventions: -?/--help,
// -V/--version, -v/--verbose, --config FILE, and one --option for each setting of the table (dots
// and underscores become dashes: "tls.ca" is --tls-ca). Only command_line.cc uses CLI11, and only
// for parsing: help.h makes the text of --help.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/program/settings.h"

namespace walstow {

// A flag or option that is not a setting.
struct Option {
  std::string_view flags;        // "-n,--dry-run", "--restartpoint"
  std::string_view placeholder;  // "" for a flag
  std::string_view help;
  ValueType type = ValueType::kText;
};

// Every program has this option.
inline constexpr Option kVerboseOption{"-v,--verbose", "", "report more about what is done"};
inline constexpr Option kConfigOption{"--config", "FILE", "read the settings from this file only",
                                      ValueType::kFile};
inline constexpr Option kSampleOption{
    "--sample-settings", "", "show a settings file with every setting and its default, then exit"};
inline constexpr Option kVersionOption{
    "-V,--version", "", "show the version, then exit; with -v, that of each library, too"};
inline constexpr Option kHelpOption{"-?,--help", "", "show this help, then exit"};
inline constexpr std::array kGeneralOptions{kVerboseOption, kConfigOption, kSampleOption,
                                            kVersionOption, kHelpOption};

struct Positional {
  std::string_view name;  // "FILE", "PATH"
  std::string_view help;
  // kOptional: the last argument, or the first of two arguments.
  enum class Count { kOne, kOptional, kMany } count = Count::kOne;
  ValueType type = ValueType::kText;
};

struct Example {
  std::string_view title;  // "In postgresql.conf"
  std::string_view line;
};

struct CommandSpec {
  std::string_view name;     // "" for a program without sub-commands; "cluster create"
  std::string_view summary;  // one line
  std::vector<Option> options;
  std::vector<Positional> positionals;
  std::vector<Example> examples = {};
};

struct ProgramSpec {
  std::string_view name;           // "walstow-archive"
  std::string_view summary;        // what the program does, and what runs it
  std::string_view notes;          // whole sentences; "" for none
  std::string_view settings_file;  // "walstow.toml"
  std::span<const Setting> settings;
  std::vector<CommandSpec> commands;  // a program without sub-commands has one entry, with an empty
                                      // name
};

struct ParsedCommand {
  std::string command;  // CommandSpec::name
  // The values, by the long name of the option without its dashes.
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  std::map<std::string, std::vector<std::string>, std::less<>> positionals;
  bool verbose = false;

  bool flag(std::string_view name) const { return options.find(name) != options.end(); }
  // Returns "" if the option was not given.
  std::string option(std::string_view name) const;
  std::string positional(std::string_view name) const;
};

enum class CommandLineResult { kRun, kShown };  // kShown: help or version was printed; exit with 0

// Parses the command line, loads files and environment (see settings.h), and lets the options
// override them. Throws Error{kUsage} with a hint that names --help.
CommandLineResult parse_command_line(const ProgramSpec& program, int argc, const char* const* argv,
                                     ParsedCommand& parsed, Settings& settings);

}  // namespace walstow
