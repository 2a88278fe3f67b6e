// Timeline history files that were ever restored, kept in the spool as the stored objects they came
// in. They answer when the store cannot be asked: a standby that is promoted in an outage looks for
// the first timeline without a history file, and must not take one that is in use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/files/file_system.h"
#include "proto/wal/file_name.h"
#include "proto/wal/timeline_history.h"

namespace walstow {

// Histories of another archive, cluster or system are never mixed in: two standbys may both have
// made a timeline 2.
struct HistoryOwner {
  std::string archive;  // valid_archive_id()
  std::string cluster;
  std::uint64_t system_identifier = 0;
};

// Bytes of the largest object that is kept: a history file that does not compress, in its frames.
inline constexpr std::size_t kLargestKeptObject = kLargestHistoryFile + std::size_t{16} * 1024;

// `object` is the stored object's bytes. Durable on return.
void keep_history(FileSystem& wal_folder, const HistoryOwner& owner, const WalFileName& file,
                  std::string_view object);

// The history file's content; nullopt: not kept. Everything that an object can be checked by is
// checked: throws Error{kDamaged}.
std::optional<std::string> find_kept_history(FileSystem& wal_folder, const HistoryOwner& owner,
                                             const WalFileName& file);

}  // namespace walstow
