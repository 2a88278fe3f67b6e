// Code that the commands of `walstow` share: the context of one call, and functions that print its
// answer. Internal to the *_commands.cc of this folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
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

  // How a reader of the answer reaches the same archive, and the cluster of this call.
  Reach reach() const;
  bool json() const { return settings.text("output") == "json"; }
  Client client() const { return Client(store_options(settings)); }
  // Returns the cluster in the argument; without an argument, the setting `cluster`.
  std::string cluster() const;
  // Returns cluster() for a use that the store does not check: a get, or a command line. Throws
  // Error{kUsage} if it is not the name of a cluster.
  std::string valid_cluster() const;
  // Returns all values of an option that may occur several times.
  std::vector<std::string> options(std::string_view name) const;
  // Returns the value of an option like "90s" or "10min", or nullopt if it is not given. Throws
  // Error{kUsage}.
  std::optional<Duration> duration(std::string_view name) const;
  // Returns the value of --jobs, 1 to kMostJobs (proto/wire/command.h), or nullopt if it is not
  // given.
  std::optional<std::uint32_t> jobs() const;
};

// Returns how long a command retries.
Patience patience();
// Returns the patience for a command that takes long, or to which a store may reply only after it
// has read an archive.
Patience long_patience();
// Returns a function for Patience::on_failure. Its first call writes the error, and for how long
// the command tries again, to standard error: only the waiting person may be able to fix the cause.
// Later calls do nothing.
std::function<void(const Error&, Duration)> report_first_failure(Deadline give_up);

// Writes to standard output. Throws Error{kStorage}.
void print(const std::string& text);
// Prints text for people. Adds folder and options to the commands that the text suggests.
void print(const std::string& text, const Reach& reach);

inline constexpr Positional kClusterArgument{"CLUSTER", "the cluster's name"};
// The argument of a command that uses CommandContext::cluster().
inline constexpr Positional kOptionalClusterArgument{
    "CLUSTER", "the cluster's name (default: the setting \"cluster\")",
    Positional::Count::kOptional};

struct AdminCommand {
  CommandSpec spec;
  int (*run)(const CommandContext&) = nullptr;  // returns an exit code; throws Error
};

}  // namespace walstow
