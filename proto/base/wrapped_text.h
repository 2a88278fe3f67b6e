// Breaks a text for people into lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace walstow {

// In lines of at most `columns`, each with `indentation` before it, broken between words. A longer
// word gets a line of its own, and so does a command in double quotes (suggestion.h): nobody could
// paste one that is broken. Ends with a newline, but for an empty text.
std::string wrapped(std::string_view text, std::size_t columns, std::string_view indentation);

}  // namespace walstow
