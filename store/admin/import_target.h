// Checks that this client may put files into a cluster, and determines the system whose files
// `walstow import` puts there.
#pragma once

#include <span>
#include <string>

#include "proto/pgdata/data_directory.h"
#include "store/admin/command_context.h"
#include "store/admin/import/archive_scan.h"
#include "store/admin/import/file_owners.h"

namespace walstow {

// Throws Error{kRefused} unless the client of this call has the right to put files into `cluster`.
void require_archive_right(Client& client, const std::string& cluster);

// Returns the system in the option --system, otherwise the system of the cluster's newest era,
// otherwise the only system in `files`. Throws Error{kUsage} if none of these determines it, and
// Error{kRefused} if there is no such cluster.
ServerIdentity system_to_import(const CommandContext& call, Client& client,
                                std::span<const FoundFile> files, const FileOwners& owners);

}  // namespace walstow
