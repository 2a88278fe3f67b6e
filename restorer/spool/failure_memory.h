// That the store could not be reached a moment ago, remembered in the spool: a standby asks for a
// segment, then for histories, then again, and must not wait for the same silence each time while
// streaming could go on.
#pragma once

#include <string>

#include "proto/base/deadline.h"
#include "proto/files/file_system.h"

namespace walstow {

// `store` and `cluster` as set: another store is not affected.
struct FailedStore {
  std::string store;
  std::string cluster;
};

// Whether a failure was noted less than `memory` ago, since the machine was started.
bool failed_lately(FileSystem& wal_folder, const FailedStore& store, Duration memory);

void note_failure(FileSystem& wal_folder, const FailedStore& store);

}  // namespace walstow
