// Quotes words for a shell's command line.
#pragma once

#include <string>
#include <string_view>

namespace walstow {

// Returns `word` as one word for a POSIX shell, unchanged if it needs no quotes. The result is
// printable, whatever `word` contains, except that line ends stay as they are.
std::string shell_quoted(std::string_view word);

}  // namespace walstow
