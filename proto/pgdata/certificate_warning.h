// Warns before a client's certificate expires: after its expiry, nothing is archived.
#pragma once

#include "proto/base/utc_time.h"
#include "proto/files/file_system.h"

namespace walstow {

inline constexpr std::chrono::days kWarnBefore{30};

inline constexpr std::string_view kRenewHint =
    "Renew it: \"walstow client renew\", then replace the file that the setting \"tls.cert\" "
    "names.";

// Logs the warning when `until` is less than kWarnBefore away.
void warn_of_certificate_end(Time until, Time now);

// Like warn_of_certificate_end(), but at most once a day (daily_warning.h). Never fails.
void warn_of_certificate_end_daily(FileSystem* wal_folder, Time until, Time now) noexcept;

}  // namespace walstow
