#include "proto/base/wrapped_text.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/suggestion.h"
#include "proto/base/utf8.h"

namespace walstow {

std::string wrapped(std::string_view text, std::size_t columns, std::string_view indentation) {
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    // Keep a command on one line, so that it can be pasted.
    const std::size_t end = std::min(text.find(' ', quoted_command_size(text)), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t width = count_characters(word);
    const bool fits = column > 0 && column + 1 + width <= columns;
    if (!fits && column > 0) lines += '\n';
    lines.append(fits ? std::string_view(" ") : indentation).append(word);
    column = (fits ? column + 1 : indentation.size()) + width;
  }
  return column > 0 ? fmt::format("{}\n", lines) : lines;
}

}  // namespace walstow
