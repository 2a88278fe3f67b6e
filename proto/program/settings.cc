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

// A deadline counts nanoseconds in 63 bits, which is 292 years: a third of that can be added to any
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

std::vector<std::string_view> split_choices(std::string_view choices) {
  std::vector<std::string_view> result;
  while (!choices.empty()) {
    result.push_back(choices.substr(0, choices.find('|')));
    choices.remove_prefix(std::min(result.back().size() + 1, choices.size()));
  }
  return result;
}

bool is_valid(const Setting& setting, std::string_view text) {
  switch (setting.type) {
    case SettingType::kText:
      return true;
    case SettingType::kDuration:
      return parse_duration(text).has_value();
    case SettingType::kCount:
      return parse_decimal(text).has_value();
    case SettingType::kSize:
      return parse_size(text).has_value();
    case SettingType::kChoice: {
      const std::vector<std::string_view> choices = split_choices(setting.choices);
      return std::find(choices.begin(), choices.end(), text) != choices.end();
    }
  }
  return false;
}

std::string expectation(const Setting& setting) {
  switch (setting.type) {
    case SettingType::kText:
      return "expected a text";
    case SettingType::kDuration:
      return "expected a duration like 500ms, 3s, 5min, 24h or 30d";
    case SettingType::kCount:
      return "expected a whole number";
    case SettingType::kSize:
      return "expected a size like 64kB, 16MB or 1GB";
    case SettingType::kChoice:
      return fmt::format("expected one of {}", fmt::join(split_choices(setting.choices), ", "));
  }
  return {};
}

std::string nearest_name_hint(std::span<const Setting> table, std::string_view name) {
  std::vector<std::string_view> names;
  for (const Setting& setting : table)
    names.push_back(setting.name);
  const auto nearest = nearest_name(names, name);
  return nearest ? fmt::format("Did you mean \"{}\"?", *nearest)
                 : "The settings are listed by --help.";
}

// The table a name of the form "tls.ca" stands in; "" for one at the top.
std::string_view section_of(const Setting& setting) {
  const std::size_t dot = setting.name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : setting.name.substr(0, dot);
}

std::string sample_entry(const Setting& setting) {
  const std::string_view section = section_of(setting);
  const std::string_view key = setting.name.substr(section.empty() ? 0 : section.size() + 1);
  const bool bare = setting.type == SettingType::kCount && !setting.default_value.empty();
  std::string entry = fmt::format("\n# {}", setting.help);
  if (setting.type == SettingType::kChoice) {
    entry += fmt::format(" ({})", fmt::join(split_choices(setting.choices), ", "));
  } else if (setting.default_value.empty()) {
    entry += fmt::format(" ({}, no default)", setting.placeholder);
  }
  return entry + (bare ? fmt::format("\n#{} = {}\n", key, setting.default_value)
                       : fmt::format("\n#{} = \"{}\"\n", key, setting.default_value));
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
    throw Error(ErrorKind::kUsage, fmt::format("setting \"{}\" is missing", name),
                fmt::format("Give the option {}, or set {} in the environment, or \"{}\" in the "
                            "settings file.",
                            option_name(name), environment_name(name), name));
  }
  return value;
}

Duration Settings::duration(std::string_view name) const {
  return parse_duration(required(name)).value();
}

std::uint64_t Settings::count(std::string_view name) const {
  return parse_decimal(required(name)).value();
}

std::uint64_t Settings::count(std::string_view name, Bounds bounds) const {
  const std::uint64_t value = count(name);
  if (value >= bounds.lowest && value <= bounds.highest) return value;
  throw Error(ErrorKind::kUsage, fmt::format("setting \"{}\" ({}) is {}, not {} to {}", name,
                                             origin(name), value, bounds.lowest, bounds.highest));
}

std::uint64_t Settings::size(std::string_view name) const {
  return parse_size(required(name)).value();
}

std::string Settings::origin(std::string_view name) const {
  find(name);
  const auto value = values_.find(name);
  return value != values_.end() ? value->second.origin : "default";
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

std::string sample_settings(std::span<const Setting> table, std::string_view program) {
  std::string sample = fmt::format(
      "# Settings of {}. Each line shows a default: remove its # to change it.\n"
      "# Options on the command line and WALSTOW_... in the environment come before this file.\n",
      program);
  std::vector<Setting> sorted(table.begin(), table.end());
  // In TOML everything after a [section] belongs to it: settings without one come first.
  std::stable_sort(sorted.begin(), sorted.end(), [](const Setting& left, const Setting& right) {
    return section_of(left) < section_of(right);
  });
  std::string_view section;
  for (const Setting& setting : sorted) {
    if (section_of(setting) != section) {
      section = section_of(setting);
      sample += fmt::format("\n[{}]\n", section);
    }
    sample += sample_entry(setting);
  }
  return sample;
}

}  // namespace walstow
