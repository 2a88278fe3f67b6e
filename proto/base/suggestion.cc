#include "proto/base/suggestion.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "proto/base/shell_quote.h"

namespace walstow {
namespace {

// These commands take their archive as an argument.
constexpr std::array<std::string_view, 3> kWithoutStore{"init", "copy", "server renew"};

constexpr std::string_view kAdmin = "\"walstow ";
constexpr std::string_view kArchive = "\"walstow-archive ";

bool names_its_archive(std::string_view command) {
  return std::ranges::any_of(kWithoutStore, [&](std::string_view name) {
    return command.starts_with(name) &&
           (command.size() == name.size() ||
            std::string_view(" \"").find(command[name.size()]) != std::string_view::npos);
  });
}

std::string program(const Reach& reach, std::string_view name) {
  return shell_quoted(reach.folder + std::string(name));
}

// With a space before each word.
std::string options_text(const Words& options) {
  return options.empty() ? "" : fmt::format(" {}", command_line(options));
}

}  // namespace

std::string command_line(const Words& words) {
  std::string line;
  for (const std::string& word : words)
    line += fmt::format("{}{}", line.empty() ? "" : " ", shell_quoted(word));
  return line;
}

std::string suggestion(const Words& words) {
  return fmt::format("{}{}\"", kAdmin, command_line(words));
}

std::string complete_command(const Reach& reach, const Words& words) {
  const std::string command = command_line(words);
  const std::string options = names_its_archive(command) ? "" : options_text(reach.options);
  return fmt::format("{}{} {}", program(reach, "walstow"), options, command);
}

std::string completed(std::string_view text, const Reach& reach) {
  std::string result;
  while (!text.empty()) {
    const std::size_t quote = text.find('"');
    if (quote == std::string_view::npos) break;
    result += text.substr(0, quote);
    text.remove_prefix(quote);
    if (text.starts_with(kAdmin)) {
      text.remove_prefix(kAdmin.size());
      const bool bare = names_its_archive(text);
      result += fmt::format("\"{}{} ", program(reach, "walstow"),
                            bare ? "" : options_text(reach.options));
    } else if (text.starts_with(kArchive)) {
      text.remove_prefix(kArchive.size());
      Words options = reach.options;
      if (!reach.cluster.empty()) options.insert(options.end(), {"--cluster", reach.cluster});
      result += fmt::format("\"{}{} ", program(reach, "walstow-archive"), options_text(options));
    } else {
      result += '"';
      text.remove_prefix(1);
    }
  }
  return result + std::string(text);
}

std::size_t quoted_command_size(std::string_view text) {
  if (!text.starts_with(kAdmin) && !text.starts_with(kArchive)) return 0;
  // The forms that shell_quoted() writes: '...' with any character in it, \' and "$(printf '...')".
  constexpr std::string_view kPrintf = "\"$(printf '";
  constexpr std::string_view kPrintfEnd = "')\"";
  std::size_t at = 1;
  while (at < text.size()) {
    std::size_t end = at;
    std::size_t behind = 1;
    if (text[at] == '\'') {
      end = text.find('\'', at + 1);
    } else if (text[at] == '\\') {
      ++end;
    } else if (text.substr(at).starts_with(kPrintf)) {
      end = text.find(kPrintfEnd, at + kPrintf.size());
      behind = kPrintfEnd.size();
    } else if (text[at] == '"') {
      return at + 1;
    }
    if (end == std::string_view::npos) return 0;
    at = end + behind;
  }
  return 0;
}

std::string foreign_text(std::string text) {
  std::ranges::replace(text, '"', '\'');
  // Between the quotes of a message it would read as a command, and be completed.
  const bool is_command =
      text.starts_with(kAdmin.substr(1)) || text.starts_with(kArchive.substr(1));
  if (is_command) text.insert(0, 1, ' ');
  return text;
}

}  // namespace walstow
