// Which archive answered for this data directory, remembered in the spool: another one that turns
// up at the same place (a wrong mount, a mistyped restore) knows nothing of this cluster's past,
// and what it says must not count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proto/files/file_system.h"

namespace walstow {

// What a data directory asks where. A binding counts only for all three together: who changes the
// settings means another archive.
struct StoreKey {
  std::string store;  // as set
  std::string cluster;
  std::uint64_t system_identifier = 0;
};

// Archive ids come from outside and become part of a path.
bool valid_archive_id(std::string_view id);

// nullopt: none yet.
std::optional<std::string> bound_archive(FileSystem& wal_folder, const StoreKey& key);

// Durable on return.
void bind_archive(FileSystem& wal_folder, const StoreKey& key, const std::string& archive);

// The record's path, for messages.
std::string describe_binding(const FileSystem& wal_folder);

}  // namespace walstow
