// Words for a shell's command line.
#pragma once

#include <string>
#include <string_view>

namespace walstow {

// Returns `word` as one word for a POSIX shell, unchanged where it needs no quotes. The result is
// printable whatever `word` contains, except for line ends.
std::string shell_quoted(std::string_view word);

}  // namespace walstow
