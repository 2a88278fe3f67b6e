#include "proto/program/settings.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/nearest_name.h"

namespace walstow {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Longest suffix first where one is the end of another ("ms", "s").
constexpr std::array kDurationUnits = {
    Unit{"ms", 1},        Unit{"s", 1'000},      Unit{"min", 60'000},
    Unit{"h", 3'600'000}, Unit{"d", 86'400'000},
};
constexpr std::array kSizeUnits = {
    Unit{"kB", std::uint64_t{1} << 10},
    Unit{"MB", std::uint64_t{1} << 20},
    Unit{"GB", std::uint64_t{1} << 30},
    Unit{"TB", std::uint64_t{1} << 40},
    Unit{"", 1},
};

// A deadline counts nanoseconds in 63 bits, which is 292 years. A third of that can be added to any
// point in time.
constexpr std::uint64_t kLongestDuration = std::uint64_t{36'500} * 86'400'000;

std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    const auto number = parse_decimal(text.substr(0, text.size() - unit.name.size()));
    if (!number || *number > std::numeric_limits<std::uint64_t>::max() / unit.factor) {
      return std::nullopt;
    }
    return *number * unit.factor;
  }
  return std::nullopt;
}

bool is_valid(const Setting& setting, std::string_view text) {
  switch (setting.type) {
    case ValueType::kText:
    case ValueType::kFile:
    case ValueType::kFolder:
      return true;
    case ValueType::kDuration:
      return parse_duration(text).has_value();
    case ValueType::kCount:
      return parse_decimal(text).has_value();
    case ValueType::kSize:
      return parse_size(text).has_value();
    case ValueType::kChoice: {
      const std::vector<std::string_view> choices = choices_of(setting);
      return std::find(choices.begin(), choices.end(), text) != choices.end();
    }
  }
  return false;
}

std::string expectation(const Setting& setting) {
  switch (setting.type) {
    case ValueType::kText:
    case ValueType::kFile:
    case ValueType::kFolder:
      return "expected a text";
    case ValueType::kDuration:
      return "expected a duration like 500ms, 3s, 5min, 24h or 30d";
    case ValueType::kCount:
      return "expected a whole number";
    case ValueType::kSize:
      return "expected a size like 64kB, 16MB or 1GB";
    case ValueType::kChoice:
      return fmt::format("expected one of {}", fmt::join(choices_of(setting), ", "));
  }
  return {};
}

std::string nearest_name_hint(std::span<const Setting> table, std::string_view name) {
  std::vector<std::string_view> names;
  for (const Setting& setting : table)
    names.push_back(setting.name);
  const auto nearest = nearest_name(names, name);
  return nearest ? fmt::format("Did you mean \"{}\"?", *nearest) : "--help lists the settings.";
}

}  // namespace

Settings::Settings(std::span<const Setting> table) : table_(table) {}

const Setting& Settings::find(std::string_view name) const {
  const auto found = std::find_if(table_.begin(), table_.end(),
                                  [name](const Setting& setting) { return setting.name == name; });
  if (found == table_.end()) {
    throw Error(ErrorKind::kUsage, fmt::format("unknown setting \"{}\"", name));
  }
  return *found;
}

void Settings::set(std::string_view name, std::string value, std::string origin) {
  const auto known = [name](const Setting& setting) { return setting.name == name; };
  if (std::none_of(table_.begin(), table_.end(), known)) {
    throw Error(ErrorKind::kUsage, fmt::format("unknown setting \"{}\" ({})", name, origin),
                nearest_name_hint(table_, name));
  }
  const Setting& setting = find(name);
  if (!is_valid(setting, value)) {
    throw Error(ErrorKind::kUsage, fmt::format("invalid value \"{}\" for setting \"{}\" ({}): {}",
                                               value, name, origin, expectation(setting)));
  }
  values_.insert_or_assign(std::string(name), Value{std::move(value), std::move(origin)});
}

bool Settings::has(std::string_view name) const {
  return !text(name).empty();
}

std::string Settings::text(std::string_view name) const {
  const Setting& setting = find(name);
  const auto value = values_.find(name);
  return value != values_.end() ? value->second.text : std::string(setting.default_value);
}

std::string Settings::required(std::string_view name) const {
  std::string value = text(name);
  if (value.empty()) {
    throw Error(
        ErrorKind::kUsage, fmt::format("setting \"{}\" is missing", name),
        fmt::format(
            "Give the option {}, set {} in the environment, or set \"{}\" in the settings file.",
            option_name(name), environment_name(name), name));
  }
  return value;
}

Duration Settings::duration(std::string_view name) const {
  return parse_duration(required(name)).value();
}

std::uint64_t Settings::count(std::string_view name) const {
  const std::uint64_t value = parse_decimal(required(name)).value();
  const CountBounds bounds = find(name).bounds;
  if (value >= bounds.lowest && value <= bounds.highest) return value;
  throw Error(ErrorKind::kUsage,
              fmt::format("setting \"{}\" ({}) is {}, but must be {} to {}", name, origin(name),
                          value, bounds.lowest, bounds.highest));
}

std::uint64_t Settings::size(std::string_view name) const {
  return parse_size(required(name)).value();
}

std::string Settings::origin(std::string_view name) const {
  find(name);
  const auto value = values_.find(name);
  return value != values_.end() ? value->second.origin : "default";
}

std::vector<std::string_view> choices_of(const Setting& setting) {
  std::vector<std::string_view> result;
  for (std::string_view rest = setting.choices; !rest.empty();) {
    result.push_back(rest.substr(0, rest.find('|')));
    rest.remove_prefix(std::min(result.back().size() + 1, rest.size()));
  }
  return result;
}

std::string environment_name(std::string_view setting) {
  std::string name(kEnvironmentPrefix);
  for (const char letter : setting) {
    const bool lower = letter >= 'a' && letter <= 'z';
    name += lower                            ? static_cast<char>(letter - 'a' + 'A')
            : letter == '.' || letter == '-' ? '_'
                                             : letter;
  }
  return name;
}

std::string option_name(std::string_view setting) {
  std::string name = fmt::format("--{}", setting);
  std::replace_if(
      name.begin(), name.end(), [](char letter) { return letter == '.' || letter == '_'; }, '-');
  return name;
}

std::optional<Duration> parse_duration(std::string_view text) {
  const auto milliseconds = parse_with_unit(text, kDurationUnits);
  if (!milliseconds || *milliseconds > kLongestDuration) return std::nullopt;
  return Duration(*milliseconds);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return parse_with_unit(text, kSizeUnits);
}

}  // namespace walstow
