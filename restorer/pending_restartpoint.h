// A restartpoint that could not be reported, kept in the spool until a later call has told it.
#pragma once

#include <optional>

#include "proto/base/file_system.h"
#include "proto/wal/file_name.h"

namespace walstow {

std::optional<WalFileName> pending_restartpoint(FileSystem& wal_folder);

// Replaces an older one. Durable on return.
void keep_restartpoint(FileSystem& wal_folder, const WalFileName& restartpoint);

// `told` has reached the store. A newer one, kept meanwhile by another process, stays.
void forget_restartpoint(FileSystem& wal_folder, const WalFileName& told);

}  // namespace walstow
