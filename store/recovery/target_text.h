// Recovery targets as text: as people type them, and as PostgreSQL reads them in its settings.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/base/utc_time_micro.h"

namespace walstow {

// Returns "2026-11-22 19:40:00.000001+00", for recovery_target_time.
std::string to_postgres_text(TimeMicro time);

struct TypedTime {
  std::optional<TimeMicro> time;
  std::string problem;  // why `time` is not set; "" if the text does not have the form of a time
};
// Parses a time as PostgreSQL prints it: "2026-11-22 19:40:00.000001+00", "... 19:40 UTC",
// "2026-11-22T19:40:00Z". A time zone is required: an offset, "UTC", "GMT" or "Z".
TypedTime parse_typed_time(std::string_view text);

// Returns "name = 'value'", a line of postgresql.conf.
std::string setting_line(std::string_view name, std::string_view value);

}  // namespace walstow
