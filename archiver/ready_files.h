// What PostgreSQL waits to have archived, as its archive_status folder tells. Only looked at: the
// server alone renames what is in there.
#pragma once

#include <cstddef>
#include <vector>

#include "proto/files/file_system.h"
#include "proto/wal/file_name.h"

namespace walstow {

// The files with a ".ready", in the order in which the server will ask for them: timeline history
// files first, then by name. Source: PostgreSQL src/backend/postmaster/pgarch.c,
// ready_file_comparator(). Empty where there is no archive_status. Throws Error{kStorage}.
std::vector<WalFileName> ready_files(FileSystem& wal_folder);

// Those of `ready` that may be archived while the server waits for `own`: the ones that it will ask
// for after it, `limit` at most. Pure.
//
// None when `own` is not ready itself (the call is not the server's), and none beside a timeline
// history file: it has to be in the archive before any segment of its timeline.
std::vector<WalFileName> choose_ahead(const std::vector<WalFileName>& ready, const WalFileName& own,
                                      std::size_t limit);

}  // namespace walstow
