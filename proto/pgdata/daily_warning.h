// Limits a warning to once a day: a command that runs for each segment would repeat it all the
// time.
#pragma once

#include <functional>
#include <string_view>

#include "proto/base/utc_time.h"
#include "proto/files/file_system.h"

namespace walstow {

// Calls `warn`, unless the data directory's spool contains a record that a warning of this name was
// given on the same day (UTC). Never fails: a failed warning must not make the archiving of a
// segment fail. A warning that cannot be recorded is repeated. Without a data directory (nullptr),
// every call warns. Two simultaneous calls may both warn.
void warn_once_a_day(FileSystem* wal_folder, std::string_view name, Time now,
                     const std::function<void()>& warn) noexcept;

}  // namespace walstow
