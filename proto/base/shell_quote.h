// Words for a shell's command line.
#pragma once

#include <string>
#include <string_view>

namespace walstow {

// `word` as one word for a POSIX shell, as it is where it needs no quotes. Printable, whatever is
// in it, but for a line end.
std::string shell_quoted(std::string_view word);

}  // namespace walstow
