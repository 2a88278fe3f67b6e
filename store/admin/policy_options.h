// The options of `walstow policy set` and `walstow prune` that select what is kept.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "proto/wire/command.h"
#include "store/admin/command_context.h"

namespace walstow {

// --keep-backups, --keep-days, --backup-label, --standby-limit.
std::vector<Option> policy_options();
// Their values; empty if none is given. Throws Error{kUsage}.
PrunePolicy policy_of_options(const CommandContext& call);

// An option's integer of at least `lowest`. nullopt: not given. Throws Error{kUsage}.
std::optional<std::uint32_t> number_option(const CommandContext& call, std::string_view name,
                                           std::uint64_t lowest);

}  // namespace walstow
