#include "proto/base/utc_time.h"

#include <fmt/format.h>

namespace walstow {
namespace {

constexpr std::chrono::year kFirstYear{1970};
constexpr std::chrono::year kLastYear{2261};

// The form, with a "d" for each digit.
constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";

bool has_form(std::string_view text) {
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return false;
  }
  return true;
}

// Parses a short text that consists only of digits.
unsigned number(std::string_view digits) {
  unsigned value = 0;
  for (const char digit : digits)
    value = value * 10 + static_cast<unsigned>(digit - '0');
  return value;
}

}  // namespace

std::string to_iso8601(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int{date.year()},
                     unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::optional<Time> parse_iso8601(std::string_view text) {
  if (!has_form(text)) return std::nullopt;
  const std::chrono::year year(static_cast<int>(number(text.substr(0, 4))));
  const std::chrono::year_month_day date(year, std::chrono::month(number(text.substr(5, 2))),
                                         std::chrono::day(number(text.substr(8, 2))));
  const unsigned hour = number(text.substr(11, 2));
  const unsigned minute = number(text.substr(14, 2));
  const unsigned second = number(text.substr(17, 2));
  if (!date.ok() || year < kFirstYear || year > kLastYear) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace walstow
