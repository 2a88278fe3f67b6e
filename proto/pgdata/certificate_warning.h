// A warning in good time before a client's certificate ends: after that nothing is archived any
// more.
#pragma once

#include "proto/base/utc_time.h"
#include "proto/files/file_system.h"

namespace walstow {

inline constexpr std::chrono::days kWarnBefore{30};

// Logs it when `until` is less than kWarnBefore away.
void warn_of_certificate_end(Time until, Time now);

// The same, once a day at most (daily_warning.h). Never fails.
void warn_of_certificate_end_daily(FileSystem* wal_folder, Time until, Time now) noexcept;

}  // namespace walstow
