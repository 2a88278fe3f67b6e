// Finds how a shell command in a server's setting calls a program of walstow: with which variables
// and options. Pure. It knows the parts of the shell's grammar that occur in such settings. A text
// that the shell computes ("$STORE") stays as it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walstow {

struct ProgramCall {
  // "NAME=VALUE", in their order: in front of the program, also behind `env` or `sudo`, or exported
  // before it.
  std::vector<std::string> assignments;
  std::vector<std::string> arguments;

  // Returns the value of the last "NAME=VALUE", or nullopt if there is none.
  std::optional<std::string> variable(std::string_view name) const;
  // Returns the value of the last "--NAME VALUE" or "--NAME=VALUE", where `option` is "--NAME".
  // Returns nullopt if there is none.
  std::optional<std::string> option(std::string_view option) const;
};

// Returns the call that runs `program`. If the program is only mentioned elsewhere, returns the
// first call with it. Returns nullopt if no word is a path that ends in `program`. "%%" is decoded,
// as the server does it.
std::optional<ProgramCall> call_of(std::string_view command, std::string_view program);

// Replaces "%%" by "%". The server replaces "%p" and the like, which stay as they are.
std::string decode_percent(std::string_view command);

// Returns whether the shell computes a part of `text`, so that its value is unknown.
bool is_computed(std::string_view text);

}  // namespace walstow
