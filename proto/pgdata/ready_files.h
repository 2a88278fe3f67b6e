// The files that PostgreSQL is waiting to archive, according to its archive_status folder. This
// code only reads the folder; only the server renames files in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/files/file_system.h"
#include "proto/wal/file_name.h"

namespace walstow {

// Returns the files with a ".ready", in the order in which the server will pass them: timeline
// history files first, then by name. Source: PostgreSQL src/backend/postmaster/pgarch.c,
// ready_file_comparator(). The list is empty if there is no archive_status. Throws Error{kStorage}.
std::vector<WalFileName> ready_files(FileSystem& wal_folder);

// Returns the newest segment with a ".done", which means that archive_command has reported success
// for it. Returns nullopt if there is none. Throws Error{kStorage}.
std::optional<WalFileName> newest_archived_segment(FileSystem& wal_folder);

// The files that wait, and for how long.
struct ArchiveBacklog {
  std::size_t files = 0;
  // When the oldest of the files became ready: the server then created its ".ready". nullopt: no
  // file waits, or all files were archived during this call.
  std::optional<Time> oldest;
  std::size_t new_segments = 0;  // the segments that became ready within the last hour
};

// `now` is the current time by the clock of the file system. Throws Error{kStorage}.
ArchiveBacklog archive_backlog(FileSystem& wal_folder, Time now);

}  // namespace walstow
