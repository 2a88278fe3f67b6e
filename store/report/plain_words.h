// Formats facts for people, in the same way in every text about the archive. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/base/utc_time.h"
#include "proto/wire/report.h"

namespace walstow {

// Returns "1 segment" or "2 segments". `width` is the smallest width of the number.
std::string counted(std::uint64_t count, std::string_view noun, int width = 0);

// Returns "5 s", "3 min", "4 h" or "12 days": two or three digits are enough to show a problem.
std::string age_text(Time::duration age);

// Returns "keep the newest 2 backups, all younger than 14 days, and the one before these", broken
// into lines.
std::string policy_text(const PolicyReport& report);

// Returns "from 2026-11-22T19:40:31Z to 2026-11-22T20:04:59Z", in whole seconds that can be
// reached. Without a last time, the recovery's end is an LSN.
std::string moments_text(const RecoverableReport& report);
// Returns the recovery that leads there: "along timeline 2, from backup 00...28.backup".
std::string recovery_text(const RecoverableReport& report);
// Returns the reason why the report of an era with WAL has no such moments.
std::string not_recoverable_text(const EraReport& era);
// Returns "backup 00...08.00000028.backup, the newest of 2026-10; only 00...08 .. 00...09".
std::string period_text(const PeriodBackupReport& backup);

}  // namespace walstow
