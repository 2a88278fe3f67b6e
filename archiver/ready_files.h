// The files that PostgreSQL is waiting to archive, according to its archive_status folder. This
// code only reads the folder; only the server renames files in it.
#pragma once

#include <cstddef>
#include <vector>

#include "proto/files/file_system.h"
#include "proto/wal/file_name.h"

namespace walstow {

// Returns the files with a ".ready", in the order in which the server will pass them: timeline
// history files first, then by name. Source: PostgreSQL src/backend/postmaster/pgarch.c,
// ready_file_comparator(). Empty if there is no archive_status. Throws Error{kStorage}.
std::vector<WalFileName> ready_files(FileSystem& wal_folder);

// Returns the files of `ready` that may be archived while the server waits for `own`: those that it
// will pass after it, at most `limit`. Pure.
//
// It returns none when `own` is not ready itself (the server did not make the call). It also
// returns none for a timeline history file, which must be in the archive before any segment of its
// timeline.
std::vector<WalFileName> choose_ahead(const std::vector<WalFileName>& ready, const WalFileName& own,
                                      std::size_t limit);

}  // namespace walstow
