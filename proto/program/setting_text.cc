#include "proto/program/setting_text.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <iterator>

#include "proto/base/wrapped_text.h"

namespace walstow {
namespace {

constexpr std::size_t kSampleColumns = 100;

// "text, json or yaml".
std::string list_of_choices(const Setting& setting) {
  const std::vector<std::string_view> choices = choices_of(setting);
  std::string text(choices.front());
  for (std::size_t i = 1; i < choices.size(); ++i)
    text += fmt::format("{}{}", i + 1 < choices.size() ? ", " : " or ", choices[i]);
  return text;
}

// "1 to 16", "text or json"; "" where every value of the type is allowed.
std::string allowed_values(const Setting& setting) {
  if (setting.type == ValueType::kChoice) return list_of_choices(setting);
  if (setting.bounds.highest == CountBounds().highest) return "";
  return fmt::format("{} to {}", setting.bounds.lowest, setting.bounds.highest);
}

std::string with_notes(std::string_view text, const std::vector<std::string>& notes) {
  return notes.empty() ? std::string(text) : fmt::format("{} ({})", text, fmt::join(notes, "; "));
}

// The TOML table of a name like "tls.ca"; "" for one at the top.
std::string_view section_of(const Setting& setting) {
  const std::size_t dot = setting.name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : setting.name.substr(0, dot);
}

std::string sample_entry(const Setting& setting) {
  const std::string_view section = section_of(setting);
  const std::string_view key = setting.name.substr(section.empty() ? 0 : section.size() + 1);
  std::vector<std::string> notes;
  if (const std::string allowed = allowed_values(setting); !allowed.empty()) {
    notes.push_back(allowed);
  } else if (setting.default_value.empty()) {
    notes.emplace_back(setting.placeholder);
  }
  if (!setting.found_default.empty()) {
    notes.push_back(fmt::format("default: {}", setting.found_default));
  } else if (setting.default_value.empty()) {
    notes.emplace_back("no default");
  }
  const std::string text = setting.program.empty()
                               ? std::string(setting.help)
                               : fmt::format("{}: {}", setting.program, setting.help);
  const bool bare = setting.type == ValueType::kCount && !setting.default_value.empty();
  const std::string_view quote = bare ? "" : "\"";
  return fmt::format("\n{}#{} = {}{}{}\n", wrapped(with_notes(text, notes), kSampleColumns, "# "),
                     key, quote, setting.default_value, quote);
}

}  // namespace

std::string_view title_of(SettingGroup group) {
  switch (group) {
    case SettingGroup::kCommon:
      return "Common settings";
    case SettingGroup::kArchiving:
      return "Archiving";
    case SettingGroup::kRestoring:
      return "Restoring";
    case SettingGroup::kTls:
      return "TLS";
    case SettingGroup::kSsh:
      return "SSH";
    case SettingGroup::kLocal:
      return "Archive on this host";
    case SettingGroup::kS3:
      return "Archive in S3";
    case SettingGroup::kResources:
      return "Resources";
    case SettingGroup::kTimeouts:
      return "Timeouts";
  }
  return "";
}

std::vector<Setting> settings_of(std::span<const Setting> table, std::string_view program) {
  std::vector<Setting> settings;
  std::ranges::copy_if(table, std::back_inserter(settings), [program](const Setting& setting) {
    return setting.program.empty() || setting.program == program;
  });
  std::ranges::stable_sort(settings, {}, &Setting::group);
  return settings;
}

std::string value_form(const Setting& setting) {
  switch (setting.type) {
    case ValueType::kText:
      return std::string(setting.placeholder);
    case ValueType::kFile:
      return "file";
    case ValueType::kFolder:
      return "folder";
    case ValueType::kDuration:
      return "duration";
    case ValueType::kSize:
      return "size";
    case ValueType::kChoice:
      return allowed_values(setting);
    case ValueType::kCount: {
      const std::string bounds = allowed_values(setting);
      return bounds.empty() ? "whole number" : fmt::format("whole number, {}", bounds);
    }
  }
  return "";
}

std::string_view default_of(const Setting& setting) {
  return setting.default_value.empty() ? setting.found_default : setting.default_value;
}

std::string help_of(const Setting& setting) {
  std::vector<std::string> notes;
  if (const std::string allowed = allowed_values(setting); !allowed.empty())
    notes.push_back(allowed);
  if (const std::string_view value = default_of(setting); !value.empty())
    notes.push_back(fmt::format("default: {}", value));
  if (!setting.in_file) notes.emplace_back("not in a file");
  return with_notes(setting.help, notes);
}

std::string as_sentence(std::string_view help) {
  std::string text = fmt::format("{}.", help);
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

std::string description_of(const Setting& setting) {
  std::string text = as_sentence(setting.help);
  if (!setting.details.empty()) text += fmt::format(" {}", setting.details);
  if (!setting.in_file) text += " Set it with an option or an environment variable, not in a file.";
  if (setting.needs_restart) text += " A change takes effect at the next start.";
  return text;
}

std::string sample_settings(std::span<const Setting> table, std::string_view program) {
  std::string sample = fmt::format(
      "# Settings of {}. Each line shows a default: remove its # to change it.\n"
      "# Options on the command line and WALSTOW_... in the environment override this file.\n",
      program);
  std::vector<Setting> sorted;
  std::ranges::copy_if(table, std::back_inserter(sorted), &Setting::in_file);
  // In TOML everything after a [section] belongs to it: settings without one come first.
  std::ranges::stable_sort(sorted, {}, section_of);
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
