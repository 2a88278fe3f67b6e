// Warns some time before a client's certificate expires: nothing is archived after that.
#pragma once

#include "proto/base/utc_time.h"
#include "proto/files/file_system.h"

namespace walstow {

inline constexpr std::chrono::days kWarnBefore{30};

// Logs the warning when `until` is less than kWarnBefore away.
void warn_of_certificate_end(Time until, Time now);

// The same, at most once a day (daily_warning.h). Never fails.
void warn_of_certificate_end_daily(FileSystem* wal_folder, Time until, Time now) noexcept;

}  // namespace walstow
