#include "proto/link/certificate_warning.h"

#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/link/spool_folder.h"

namespace walstow {
namespace {

constexpr std::string_view kRecord = "certificate_warning";
constexpr std::string_view kDay = "day";
constexpr std::size_t kDateLength = 10;  // of 2026-11-22T19:40:00Z

}  // namespace

void warn_of_certificate_end(Time until, Time now) {
  if (until - now >= kWarnBefore) return;
  log_line(
      LogLevel::kWarning, fmt::format("this client's certificate ends on {}", to_iso8601(until)),
      "Renew it: \"walstow client renew\", then replace the file of the setting \"tls.cert\".");
}

void warn_of_certificate_end_daily(FileSystem& wal_folder, Time until, Time now) noexcept {
  if (until - now >= kWarnBefore) return;
  try {
    const std::string today = to_iso8601(now).substr(0, kDateLength);
    const auto record = read_record(wal_folder, kRecord);
    if (record && record->count(kDay) > 0 && record->find(kDay)->second == today) return;
    warn_of_certificate_end(until, now);
    write_record(wal_folder, kRecord, {{std::string(kDay), today}});
  } catch (const std::exception& error) {
    log_line(LogLevel::kDebug, error.what());
  }
}

}  // namespace walstow
