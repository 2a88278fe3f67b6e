// Warns of a server of a release newer than this program. Its files are archived nevertheless, but
// its administrator should know.
#pragma once

#include <cstdint>
#include <string>

#include "proto/base/utc_time.h"
#include "proto/files/file_system.h"

namespace walstow {

// Logs the warning at most once a day (proto/pgdata/daily_warning.h). `path`: of the segment, as
// given; `magic`: its XLOG_PAGE_MAGIC. Never fails.
void warn_of_newer_release(FileSystem* wal_folder, const std::string& path, std::uint16_t magic,
                           Time now) noexcept;

}  // namespace walstow
