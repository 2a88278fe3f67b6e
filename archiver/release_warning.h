// Warns that a server's release is newer than this program. The server's files are archived
// nevertheless, but the administrator should know.
#pragma once

#include <cstdint>
#include <string>

#include "proto/base/utc_time.h"
#include "proto/files/file_system.h"

namespace walstow {

// Logs the warning at most once a day (proto/pgdata/daily_warning.h). `path` is the path of the
// segment, as given; `magic` is its XLOG_PAGE_MAGIC. Never fails.
void warn_of_newer_release(FileSystem* wal_folder, const std::string& path, std::uint16_t magic,
                           Time now) noexcept;

}  // namespace walstow
