#include "proto/base/utc_time_micro.h"

#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/utc_time.h"

namespace walstow {
namespace {

constexpr std::size_t kSecondsSize = 19;  // "2026-11-22T19:40:00"
constexpr std::size_t kDigits = 6;
constexpr std::size_t kSize = kSecondsSize + 1 + kDigits + 1;  // with the dot and the Z

}  // namespace

std::string to_iso8601(TimeMicro time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{}.{:06}Z", to_iso8601(Time(seconds)).substr(0, kSecondsSize),
                     (time - seconds).count());
}

std::optional<TimeMicro> parse_iso8601_micro(std::string_view text) {
  if (text.size() != kSize || text[kSecondsSize] != '.' || text.back() != 'Z') return std::nullopt;
  const auto seconds = parse_iso8601(fmt::format("{}Z", text.substr(0, kSecondsSize)));
  // The 1 keeps leading zeros.
  const auto digits = parse_decimal(fmt::format("1{}", text.substr(kSecondsSize + 1, kDigits)));
  if (!seconds || !digits) return std::nullopt;
  return std::chrono::floor<std::chrono::microseconds>(*seconds) +
         std::chrono::microseconds(*digits - 1'000'000);
}

}  // namespace walstow
