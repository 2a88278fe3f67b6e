// What the commands of `walstow` have in common: one call on its way, and how its answer is
// printed. Internal to the *_commands.cc of this folder.
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

// What was asked, by which words, under which settings.
struct CommandContext {
  const ParsedCommand& command;
  const Settings& settings;

  // How whoever reads the answer gets to the same archive, and to this call's cluster.
  Reach reach() const;
  bool json() const { return settings.text("output") == "json"; }
  Client client() const { return Client(store_options(settings)); }
  // The cluster is an argument here; the setting is only what it is when it is not given.
  std::string cluster() const;
  // Every value of an option that may be given several times.
  std::vector<std::string> options(std::string_view name) const;
  // The value of --jobs, 1 to kMostJobs (proto/wire/command.h); nullopt: it is not given.
  std::optional<std::uint32_t> jobs() const;
};

// How long a command goes on asking.
Patience patience();
// The same of a command that takes long by itself, or asks for what a store may first have to read.
Patience long_patience();

// To standard output. Throws Error{kStorage}.
void print(const std::string& text);
// The same of a text for people, with its suggestions completed for them.
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
