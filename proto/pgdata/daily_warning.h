// A warning of a command that runs once per segment: once a day is enough.
#pragma once

#include <functional>
#include <string_view>

#include "proto/base/utc_time.h"
#include "proto/files/file_system.h"

namespace walstow {

// Calls `warn`, unless that was done under the same name earlier on the same day (UTC), as the data
// directory's spool records. Never fails: a warning must not cost a segment. A warning that cannot
// be recorded is repeated; without a data directory (nullptr), on every call. Two simultaneous
// calls may both warn.
void warn_once_a_day(FileSystem* wal_folder, std::string_view name, Time now,
                     const std::function<void()>& warn) noexcept;

}  // namespace walstow
