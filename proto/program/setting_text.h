// How people read about a setting: --help, the sample file and the documents use the same words.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/program/settings.h"

namespace walstow {

// "Common settings", "TLS".
std::string_view title_of(SettingGroup group);

// The settings of `table` that `program` uses, in the order of their groups.
std::vector<Setting> settings_of(std::span<const Setting> table, std::string_view program);

// What a value looks like: "URL", "file", "duration", "whole number, 1 to 16", "text or json".
std::string value_form(const Setting& setting);

// What applies where nobody sets it: "3s", "$SSH_AUTH_SOCK"; "" for nothing.
std::string_view default_of(const Setting& setting);

// In one line, without a full stop: "format of the answers (text or json; default: text)".
std::string help_of(const Setting& setting);

// "Format of the answers." of "format of the answers": of the help of a setting, an option or an
// argument, and of a summary.
std::string as_sentence(std::string_view help);

// In sentences: the help, then the details, then where a change has no effect.
std::string description_of(const Setting& setting);

// A commented TOML file with every setting that may be in it, and its default: the samples in
// deploy/ come from it.
std::string sample_settings(std::span<const Setting> table, std::string_view program);

}  // namespace walstow
