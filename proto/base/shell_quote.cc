#include "proto/base/shell_quote.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/utf8.h"

namespace walstow {
namespace {

bool is_plain(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    return letter || digit || std::string_view("/._-+:,@%").find(c) != std::string_view::npos;
  });
}

// Returns how many bytes at the start of `text` are not printable, and so cannot be read or pasted.
// A line end is not among them: the shell removes it from a command's output.
std::size_t unprintable_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && text[size] != '\n') {
    const Character next = first_character(text.substr(size));
    if (next.printable) break;
    size += next.size;
  }
  return size;
}

}  // namespace

std::string shell_quoted(std::string_view word) {
  if (is_plain(word)) return std::string(word);
  std::string quoted = "'";
  while (!word.empty()) {
    if (const std::size_t size = unprintable_size(word)) {
      quoted += "'\"$(printf '";
      for (const char byte : word.substr(0, size))
        quoted += fmt::format("\\{:03o}", static_cast<unsigned char>(byte));
      quoted += "')\"'";
      word.remove_prefix(size);
    } else {
      const std::size_t character = first_character(word).size;
      quoted += word.front() == '\'' ? "'\\''" : word.substr(0, character);
      word.remove_prefix(character);
    }
  }
  return fmt::format("{}'", quoted);
}

}  // namespace walstow
