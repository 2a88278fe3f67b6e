// Texts about settings for people: --help, the sample file and the documents use the same words.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/program/settings.h"

namespace walstow {

// Returns the group's title: "Common settings", "TLS".
std::string_view title_of(SettingGroup group);

// Returns the settings in `table` that `program` uses, in the order of their groups.
std::vector<Setting> settings_of(std::span<const Setting> table, std::string_view program);

// Returns the form of a value: "URL", "file", "duration", "whole number, 1 to 16", "text or json".
std::string value_form(const Setting& setting);

// Returns the value that applies if nobody sets the setting: "3s", "$SSH_AUTH_SOCK". Returns "" if
// there is none.
std::string_view default_of(const Setting& setting);

// Returns one line without a full stop: "format of the answers (text or json; default: text)".
std::string help_of(const Setting& setting);

// Returns a sentence ("Format of the answers.") made from a phrase ("format of the answers"): the
// help of a setting, an option or an argument, or a summary.
std::string as_sentence(std::string_view help);

// Returns whole sentences: the help, then the details, then when a change takes effect or where the
// setting cannot be set.
std::string description_of(const Setting& setting);

// Returns a TOML file with comments. It contains every setting that a file may contain, with its
// default. The samples in deploy/ are its output.
std::string sample_settings(std::span<const Setting> table, std::string_view program);

}  // namespace walstow
