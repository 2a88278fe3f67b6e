// Breaks human-readable text into lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace walstow {

// Returns `text` in lines of at most `columns`, each with `indentation` before it. It breaks
// between words. A word that is longer than a line gets its own line. A command in double quotes
// (suggestion.h) counts as one word, because nobody could paste a broken one. The result ends with
// a newline, unless `text` is empty.
std::string wrapped(std::string_view text, std::size_t columns, std::string_view indentation);

}  // namespace walstow
