// Fetches one segment ahead: asks the store in the same way as for PostgreSQL, with the same
// checks. Placing the result makes it an entry (restorer/spool/prefetch_entries.h).
#pragma once

#include <functional>

#include "proto/files/file_system.h"
#include "restorer/file/restore_file.h"

namespace walstow {

struct AheadJob {
  GetFile get;  // without the instance, because the segment was not delivered to PostgreSQL
  KnownArchive archive;
  FileSystem* entries = nullptr;  // from open_prefetch_folder(); not owned
};

// Calls `progress` for each megabyte received. Throws only std::bad_alloc.
Fetched get_ahead(const AheadJob& job, StoreClient& store, const Patience& patience,
                  const std::function<void()>& progress);

}  // namespace walstow
