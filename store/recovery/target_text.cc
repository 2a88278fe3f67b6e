#include "store/recovery/target_text.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <fmt/format.h>

#include "proto/base/utc_time.h"

namespace walstow {
namespace {

using std::chrono::microseconds;

// The years that to_iso8601() supports, without those at the edges: an offset may lead into them.
constexpr int kFirstYear = 1971;
constexpr int kLastYear = 2260;

// Reads a text from its beginning. A function that fails returns nullopt, or false.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool is_at_end() const { return text_.empty(); }
  std::string_view rest() const { return text_; }
  bool take(char letter) {
    if (text_.empty() || text_.front() != letter) return false;
    text_.remove_prefix(1);
    return true;
  }
  void take_spaces() {
    while (take(' ')) {
    }
  }
  // Exactly `count` digits.
  std::optional<int> number(std::size_t count) {
    if (text_.size() < count) return std::nullopt;
    int value = 0;
    for (const char letter : text_.substr(0, count)) {
      if (letter < '0' || letter > '9') return std::nullopt;
      value = 10 * value + (letter - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  // A fraction of a second: one to six digits after a dot.
  std::optional<microseconds> fraction() {
    int value = 0, digits = 0;
    while (const auto digit = number(1)) {
      if (++digits > 6) return std::nullopt;
      value = 10 * value + *digit;
    }
    if (digits == 0) return std::nullopt;
    for (; digits < 6; ++digits)
      value *= 10;
    return microseconds(value);
  }

 private:
  std::string_view text_;
};

// What follows the day: "19:40", "19:40:00" or "19:40:00.000001".
std::optional<microseconds> time_of_day(Scanner& scanner) {
  const auto hour = scanner.number(2);
  const auto minute = hour && scanner.take(':') ? scanner.number(2) : std::nullopt;
  if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
  microseconds time = std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  if (!scanner.take(':')) return time;
  const auto second = scanner.number(2);
  if (!second || *second > 59) return std::nullopt;
  time += std::chrono::seconds(*second);
  if (!scanner.take('.')) return time;
  const auto fraction = scanner.fraction();
  return fraction ? std::optional(time + *fraction) : std::nullopt;
}

// How far the zone is ahead of UTC: "+05", "-03:30", "+0530", "+00:19:32" or a name of UTC.
std::optional<microseconds> zone_offset(std::string_view zone) {
  std::string name(zone);
  std::ranges::transform(name, name.begin(),
                         [](char letter) { return static_cast<char>(std::toupper(letter)); });
  if (name == "UTC" || name == "GMT" || name == "Z") return microseconds(0);
  Scanner scanner(zone);
  const bool is_west = scanner.take('-');
  if (!is_west && !scanner.take('+')) return std::nullopt;
  const auto hours = scanner.number(2);
  if (!hours || *hours > 15) return std::nullopt;
  std::chrono::seconds offset = std::chrono::hours(*hours);
  for (const std::chrono::seconds unit : {std::chrono::seconds(60), std::chrono::seconds(1)}) {
    if (scanner.is_at_end()) break;
    scanner.take(':');
    const auto part = scanner.number(2);
    if (!part || *part > 59) return std::nullopt;
    offset += *part * unit;
  }
  if (!scanner.is_at_end()) return std::nullopt;
  return is_west ? -offset : offset;
}

}  // namespace

std::string to_postgres_text(TimeMicro time) {
  std::string text = to_iso8601(time);
  text[text.find('T')] = ' ';
  text.pop_back();
  return fmt::format("{}+00", text);
}

TypedTime parse_typed_time(std::string_view text) {
  Scanner scanner(text);
  const auto year = scanner.number(4);
  const auto month = year && scanner.take('-') ? scanner.number(2) : std::nullopt;
  const auto day = month && scanner.take('-') ? scanner.number(2) : std::nullopt;
  const bool has_time = day && (scanner.take(' ') || scanner.take('T'));
  scanner.take_spaces();
  const bool has_colon = scanner.rest().substr(0, 3).ends_with(':');
  if (!has_time || !has_colon) return {};  // such as the name of a restore point
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  const auto time = time_of_day(scanner);
  if (!date.ok() || !time) return {.time = {}, .problem = "is not a time"};
  scanner.take_spaces();
  if (scanner.is_at_end()) return {.time = {}, .problem = "has no time zone"};
  const auto offset = zone_offset(scanner.rest());
  if (!offset) return {.time = {}, .problem = "has a time zone that is not an offset from UTC"};
  if (*year < kFirstYear || *year > kLastYear) {
    return {.time = {},
            .problem = fmt::format("is not in the years from {} to {}", kFirstYear, kLastYear)};
  }
  return {.time = std::chrono::sys_days(date) + *time - *offset, .problem = ""};
}

std::string setting_line(std::string_view name, std::string_view value) {
  std::string quoted;
  for (const char letter : value)
    quoted.append(letter == '\'' || letter == '\\' ? 2 : 1, letter);
  return fmt::format("{} = '{}'", name, quoted);
}

}  // namespace walstow
