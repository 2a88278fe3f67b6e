// Gets one segment ahead: asks the store as for PostgreSQL, with the same checks. It becomes an
// entry (restorer/spool/prefetch_entries.h) by being placed.
#pragma once

#include <functional>

#include "proto/files/file_system.h"
#include "restorer/file/restore_file.h"

namespace walstow {

struct AheadJob {
  GetFile get;  // without instance: it was not handed to PostgreSQL
  KnownArchive archive;
  FileSystem* entries = nullptr;  // open_prefetch_folder(); not owned
};

// `progress` is called for each megabyte that has come. Throws nothing but std::bad_alloc.
Fetched get_ahead(const AheadJob& job, StoreClient& store, const Patience& patience,
                  const std::function<void()>& progress);

}  // namespace walstow
