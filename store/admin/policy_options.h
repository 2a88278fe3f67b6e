// The options of `walstow policy set` and `walstow prune` that select the WAL to keep.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "proto/wire/command.h"
#include "store/admin/command_context.h"

namespace walstow {

// Returns --keep-backups, --keep-days, --keep-monthly, --keep-yearly, --backup-label and
// --standby-limit.
std::vector<Option> policy_options();
// Returns the values of these options; the policy is empty if none is given. Throws Error{kUsage}.
PrunePolicy policy_of_options(const CommandContext& call);

inline constexpr std::uint64_t kMostKeptDays = 36500;

// Returns an option's integer, which is in that range, or nullopt if the option is not given.
// Throws Error{kUsage}.
std::optional<std::uint32_t> number_option(const CommandContext& call, std::string_view name,
                                           std::uint64_t lowest,
                                           std::uint64_t highest = kMostKeptDays);

}  // namespace walstow
