// A warning of a command that runs once for each segment: once a day is enough.
#pragma once

#include <functional>
#include <string_view>

#include "proto/base/utc_time.h"
#include "proto/files/file_system.h"

namespace walstow {

// Calls `warn`, unless that was done under the same name earlier on the same day (UTC), as
// remembered in the spool of the data directory. Never fails: a warning must not cost a segment.
// What cannot be remembered is said again, each time where there is no data directory (nullptr).
// Two calls at one moment may both warn.
void warn_once_a_day(FileSystem* wal_folder, std::string_view name, Time now,
                     const std::function<void()>& warn) noexcept;

}  // namespace walstow
