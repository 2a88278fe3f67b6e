// Human-readable text in UTF-8. Private use and unassigned code points count as printable.
// Characters that move the cursor, reorder a line or have no width do not: on a terminal, they
// would let one text pass for another.
#pragma once

#include <cstddef>
#include <string_view>

namespace walstow {

// The first character of a text that is not empty.
struct Character {
  std::size_t size = 1;    // bytes
  bool printable = false;  // false for a byte that is not UTF-8
};
Character first_character(std::string_view text);

// Returns whether every character of `text` is printable.
bool is_printable(std::string_view text);

// Returns whether `text` is UTF-8, printable or not.
bool is_utf8(std::string_view text);

// Counts the characters; each byte that is not UTF-8 counts as one.
std::size_t count_characters(std::string_view text);

}  // namespace walstow
