#include "proto/link/daily_warning.h"

#include <exception>
#include <string>

#include "proto/base/log.h"
#include "proto/link/spool_folder.h"

namespace walstow {
namespace {

constexpr std::string_view kDay = "day";
constexpr std::size_t kDateLength = 10;  // of 2026-11-22T19:40:00Z

}  // namespace

void warn_once_a_day(FileSystem& wal_folder, std::string_view name, Time now,
                     const std::function<void()>& warn) noexcept {
  try {
    const std::string today = to_iso8601(now).substr(0, kDateLength);
    const auto record = read_record(wal_folder, name);
    if (record && record->count(kDay) > 0 && record->find(kDay)->second == today) return;
    warn();
    write_record(wal_folder, name, {{std::string(kDay), today}});
  } catch (const std::exception& error) {
    log_line(LogLevel::kDebug, error.what());
  }
}

}  // namespace walstow
