// What the commands of `walstow` share: the context of one call, and the printing of its answer.
// Internal to the *_commands.cc of this folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/suggestion.h"
#include "proto/client/client.h"
#include "proto/client/client_settings.h"
#include "proto/program/command_line.h"
#include "proto/program/settings.h"

namespace walstow {

// The command line and the settings of one call.
struct CommandContext {
  const ParsedCommand& command;
  const Settings& settings;

  // How a reader of the answer reaches the same archive, and this call's cluster.
  Reach reach() const;
  bool json() const { return settings.text("output") == "json"; }
  Client client() const { return Client(store_options(settings)); }
  // The argument; without one, the setting.
  std::string cluster() const;
  // All values of an option that may occur several times.
  std::vector<std::string> options(std::string_view name) const;
  // The value of --jobs, 1 to kMostJobs (proto/wire/command.h). nullopt: not given.
  std::optional<std::uint32_t> jobs() const;
};

// How long a command retries.
Patience patience();
// For a command that takes long, or that a store may answer only after it has read an archive.
Patience long_patience();

// Writes to standard output. Throws Error{kStorage}.
void print(const std::string& text);
// As above, for a text for people; completes its suggestions.
void print(const std::string& text, const Reach& reach);

inline constexpr Positional kClusterArgument{"CLUSTER", "the cluster's name"};
// Of a command that CommandContext::cluster() serves.
inline constexpr Positional kOptionalClusterArgument{
    "CLUSTER", "the cluster's name (default: the setting \"cluster\")",
    Positional::Count::kOptional};

struct AdminCommand {
  CommandSpec spec;
  int (*run)(const CommandContext&) = nullptr;  // returns an exit code; throws Error
};

}  // namespace walstow
