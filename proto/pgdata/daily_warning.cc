#include "proto/pgdata/daily_warning.h"

#include <exception>
#include <string>

#include "proto/base/log.h"
#include "proto/pgdata/spool_folder.h"

namespace walstow {
namespace {

constexpr std::string_view kDay = "day";
constexpr std::size_t kDateLength = 10;  // of 2026-11-22T19:40:00Z

// "": the day is unknown, because the record is absent or cannot be read.
std::string warned_on(FileSystem& wal_folder, std::string_view name) {
  try {
    const auto record = read_record(wal_folder, name);
    return record ? value_of(*record, kDay) : std::string();
  } catch (const std::exception& error) {
    log_line(LogLevel::kDebug, error.what());
    return {};
  }
}

}  // namespace

void warn_once_a_day(FileSystem* wal_folder, std::string_view name, Time now,
                     const std::function<void()>& warn) noexcept {
  try {
    const std::string today = to_iso8601(now).substr(0, kDateLength);
    if (wal_folder != nullptr && warned_on(*wal_folder, name) == today) return;
    warn();
    if (wal_folder != nullptr) write_record(*wal_folder, name, {{std::string(kDay), today}});
  } catch (const std::exception& error) {
    log_line(LogLevel::kDebug, error.what());
  }
}

}  // namespace walstow
