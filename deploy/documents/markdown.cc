#include "deploy/documents/markdown.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <iterator>
#include <set>

#include "deploy/documents/programs.h"
#include "proto/base/error.h"
#include "proto/program/exit_code.h"
#include "proto/program/setting_text.h"

namespace walstow {
namespace {

constexpr std::string_view kEnd = "<!-- end of generated -->\n";

std::string code(std::string_view text) {
  return text.empty() ? "" : fmt::format("`{}`", text);
}

// "standby_wait", "~/.ssh/id_rsa", "https://HOST:PORT", "$AWS_REGION", "recovery.signal", "--jobs".
bool is_code(std::string_view word) {
  const auto is_inner_dot = [word](std::size_t at) {
    return at > 0 && at + 1 < word.size() && word[at] == '.' &&
           std::isalnum(static_cast<unsigned char>(word[at + 1])) != 0;
  };
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (is_inner_dot(i)) return true;
  }
  return word.find_first_of("_/$~:=") != std::string_view::npos || word.starts_with("--") ||
         word.starts_with("walstow");
}

// A word with the punctuation around it.
std::string marked_up_word(std::string_view word) {
  const std::size_t start = std::min(word.find_first_not_of("(\""), word.size());
  const std::size_t end = word.find_last_not_of(".,;:)\"");
  if (end == std::string_view::npos || end < start) return std::string(word);
  const std::string_view bare = word.substr(start, end + 1 - start);
  return is_code(bare)
             ? fmt::format("{}{}{}", word.substr(0, start), code(bare), word.substr(end + 1))
             : std::string(word);
}

// A line of a table, whose cells are Markdown already.
std::string row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string header(std::vector<std::string> titles) {
  std::string text = row(titles);
  std::ranges::fill(titles, "---");
  return text + row(titles);
}

// The programs of one settings file, which share a table.
std::string settings_table(const ProgramSpec& program, bool is_shared) {
  std::vector<std::string> titles{"setting", "value", "default"};
  if (is_shared) titles.emplace_back("used by");
  titles.emplace_back("what it is for");
  std::string text = fmt::format("### {}\n\n{}", program.settings_file, header(titles));
  std::string_view group;
  std::vector<Setting> settings(program.settings.begin(), program.settings.end());
  std::ranges::stable_sort(settings, {}, &Setting::group);
  for (const Setting& setting : settings) {
    if (const std::string_view next = title_of(setting.group); next != group) {
      std::vector<std::string> cells(titles.size());
      cells.front() = fmt::format("**{}**", next);
      text += row(cells);
      group = next;
    }
    std::vector<std::string> cells{code(setting.name), marked_up(value_form(setting)),
                                   setting.default_value.empty() ? marked_up(setting.found_default)
                                                                 : code(setting.default_value)};
    if (is_shared) cells.push_back(setting.program.empty() ? "all three" : code(setting.program));
    cells.push_back(marked_up(description_of(setting)));
    text += row(cells);
  }
  return text;
}

std::string settings_tables() {
  const std::vector<ProgramSpec> programs = all_programs();
  const auto named = [&programs](std::string_view name) -> const ProgramSpec& {
    return *std::ranges::find(programs, name, &ProgramSpec::name);
  };
  return fmt::format("{}\n{}", settings_table(named("walstow"), true),
                     settings_table(named("walstowd"), false));
}

// "" for a code that the program does not have.
std::string_view meaning_of(std::string_view program, int number) {
  for (const exit_code::Meaning& meaning : exit_code::kMeanings) {
    if (meaning.program == program && meaning.code == number) return meaning.text;
  }
  return "";
}

std::string exit_code_table() {
  std::vector<std::string> titles{"code"};
  std::set<int> codes;
  for (const ProgramSpec& program : all_programs())
    titles.push_back(code(program.name));
  for (const exit_code::Meaning& meaning : exit_code::kMeanings)
    codes.insert(meaning.code);
  std::string text = header(titles);
  for (const int number : codes) {
    std::vector<std::string> cells{fmt::format("{}", number)};
    for (const ProgramSpec& program : all_programs()) {
      cells.push_back(marked_up(meaning_of(program.name, number)));
    }
    text += row(cells);
  }
  return text;
}

}  // namespace

std::string marked_up(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    std::size_t end = std::min(text.find(' '), text.size());
    if (text.front() == '"') {
      const std::size_t closing = text.find('"', 1);
      if (closing != std::string_view::npos) {
        result += code(text.substr(1, closing - 1));
        text.remove_prefix(closing + 1);
        continue;
      }
    }
    result += marked_up_word(text.substr(0, end));
    text.remove_prefix(end);
    const std::size_t blanks = std::min(text.find_first_not_of(' '), text.size());
    result.append(blanks, ' ');
    text.remove_prefix(blanks);
  }
  return result;
}

std::vector<GeneratedPart> generated_parts() {
  return {{"docs/configuration.md", "settings", settings_tables()},
          {"docs/exit-codes.md", "exit codes", exit_code_table()}};
}

std::string with_part(std::string_view document, const GeneratedPart& part) {
  const std::string start = fmt::format("<!-- {}: generated -->\n", part.name);
  const std::size_t begin = document.find(start);
  const std::size_t end =
      begin == std::string_view::npos ? begin : document.find(kEnd, begin + start.size());
  if (end == std::string_view::npos) {
    throw Error(ErrorKind::kInvalid,
                fmt::format("document \"{}\" has no lines \"{}\" and \"{}\"", part.document,
                            start.substr(0, start.size() - 1), kEnd.substr(0, kEnd.size() - 1)));
  }
  return fmt::format("{}\n{}\n{}", document.substr(0, begin + start.size()), part.text,
                     document.substr(end));
}

}  // namespace walstow
