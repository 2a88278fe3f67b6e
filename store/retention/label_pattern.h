// The pattern by which an administrator selects the backups that count: "*", "?" and "[...]", as in
// a shell, over the characters of labels in UTF-8.
#pragma once

#include <string_view>

namespace walstow {

// Bytes that are not UTF-8 are matched byte by byte.
bool matches_label(std::string_view pattern, std::string_view label);

}  // namespace walstow
