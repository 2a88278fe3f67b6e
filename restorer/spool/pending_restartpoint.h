// A restartpoint that could not be reported, kept in the spool until a later call has told it. It
// is that of one instance: a copy of its data directory may need more.
#pragma once

#include <optional>
#include <string>

#include "proto/files/file_system.h"
#include "proto/wal/file_name.h"

namespace walstow {

std::optional<WalFileName> pending_restartpoint(FileSystem& wal_folder,
                                                const std::string& instance);

// Replaces an older one. Durable on return.
void keep_restartpoint(FileSystem& wal_folder, const std::string& instance,
                       const WalFileName& restartpoint);

// `told` has reached the store. A newer one, kept meanwhile by another process, stays.
void forget_restartpoint(FileSystem& wal_folder, const std::string& instance,
                         const WalFileName& told);

}  // namespace walstow
