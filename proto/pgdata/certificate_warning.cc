#include "proto/pgdata/certificate_warning.h"

#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/pgdata/daily_warning.h"

namespace walstow {
void warn_of_certificate_end(Time until, Time now) {
  if (until - now >= kWarnBefore) return;
  log_line(LogLevel::kWarning,
           fmt::format("this client's certificate expires on {}", to_iso8601(until)), kRenewHint);
}

void warn_of_certificate_end_daily(FileSystem* wal_folder, Time until, Time now) noexcept {
  if (until - now >= kWarnBefore) return;
  warn_once_a_day(wal_folder, "certificate_warning", now,
                  [until, now] { warn_of_certificate_end(until, now); });
}

}  // namespace walstow
