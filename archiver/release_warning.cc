#include "archiver/release_warning.h"

#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/pgdata/daily_warning.h"
#include "proto/wal/segment_header.h"

namespace walstow {

void warn_of_newer_release(FileSystem* wal_folder, const std::string& path, std::uint16_t magic,
                           Time now) noexcept {
  warn_once_a_day(wal_folder, "newer_release_warning", now, [&] {
    log_line(LogLevel::kWarning,
             fmt::format("file \"{}\" comes from a PostgreSQL release newer than this walstow, "
                         "which knows releases up to {}: page magic 0x{:04X}",
                         path, newest_known_release(), magic),
             "It was archived and can be restored. Update walstow here and on the store's host. "
             "Until then, walstow does not check the records of this server's WAL.");
  });
}

}  // namespace walstow
