#include "deploy/documents/manual_page.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "proto/base/wrapped_text.h"
#include "proto/program/setting_text.h"

namespace walstow {
namespace {

// The date of the last change to the text of the pages.
constexpr std::string_view kDate = "November 30, 2026";
constexpr std::size_t kColumns = 78;  // of the source, not of the formatted page

// Escapes what is special to roff, in a text or in an argument of a macro.
std::string escaped_roff(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    switch (letter) {
      case '\\':
        result += "\\e";
        break;
      case '-':
        result += "\\-";
        break;
      case '\'':
        result += "\\(aq";
        break;
      case '"':
        result += "\\(dq";
        break;
      case '~':
        result += "\\(ti";
        break;
      default:
        result += letter;
    }
  }
  return result;
}

// Makes an argument of a macro that is neither a macro nor punctuation, whatever it contains.
std::string argument(std::string_view text) {
  std::string result = "\\&";
  for (const char letter : escaped_roff(text)) {
    if (letter == ' ') result += '\\';
    result += letter;
  }
  return result;
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

// "Fl D , Fl \-pgdata Ar DIR" for "-D,--pgdata" and "DIR".
std::string option_macros(const Option& option) {
  std::string macros;
  for (std::string_view rest = option.flags; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    macros +=
        fmt::format("{}Fl {}", macros.empty() ? "" : " , ", argument(rest.substr(1, end - 1)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return option.placeholder.empty() ? macros
                                    : fmt::format("{} Ar {}", macros, argument(option.placeholder));
}

}  // namespace

ManualPage::ManualPage(std::string_view name, int section, std::string_view summary) {
  add_line(fmt::format(".Dd {}", kDate));
  add_line(fmt::format(".Dt {} {}", upper(name), section));
  add_line(fmt::format(".Os walstow {}", WALSTOW_VERSION));
  add_line(".nh");  // no hyphens: names and paths would get them
  begin_section("NAME");
  add_line(fmt::format(".Nm {}", name));
  add_line(fmt::format(".Nd {}", escaped_roff(summary)));
}

void ManualPage::begin_section(std::string_view title) {
  add_line(fmt::format(".Sh {}", title));
}

void ManualPage::begin_subsection(std::string_view title) {
  add_line(fmt::format(".Ss {}", escaped_roff(title)));
}

void ManualPage::add_paragraph(std::string_view sentences) {
  // After a heading a paragraph begins anyway.
  const std::size_t last = text_.rfind('\n', text_.size() - 2) + 1;
  const std::string_view line = std::string_view(text_).substr(last);
  if (!line.starts_with(".Sh") && !line.starts_with(".Ss")) add_line(".Pp");
  add_sentences(sentences);
}

void ManualPage::add_code(std::string_view line) {
  add_line(fmt::format(".Dl {}", escaped_roff(line)));
}

void ManualPage::add_usage(std::string_view program, const CommandSpec& command) {
  add_line(fmt::format(".Nm {}", program));
  if (!command.name.empty()) add_line(fmt::format(".Cm {}", escaped_roff(command.name)));
  add_line(".Op Ar OPTION ...");
  for (const Positional& positional : command.positionals) {
    const std::string name = argument(positional.name);
    const bool optional = positional.count == Positional::Count::kOptional;
    const bool many = positional.count == Positional::Count::kMany;
    add_line(fmt::format(".{}Ar {}{}", optional ? "Op " : "", name, many ? " ..." : ""));
  }
}

void ManualPage::add_reference(std::string_view name, int section, bool is_last) {
  add_line(fmt::format(".Xr {} {}{}", name, section, is_last ? "" : " ,"));
}

void ManualPage::begin_items() {
  add_line(".Bl -tag -width Ds");
}

void ManualPage::add_option(const Option& option) {
  add_line(fmt::format(".It {}", option_macros(option)));
  add_sentences(as_sentence(option.help));
}

void ManualPage::add_item(std::string_view name, std::string_view sentences) {
  add_line(fmt::format(".It {}", argument(name)));
  add_sentences(sentences);
}

void ManualPage::add_file(std::string_view path, std::string_view sentences) {
  add_line(fmt::format(".It Pa {}", argument(path)));
  add_sentences(sentences);
}

void ManualPage::end_items() {
  add_line(".El");
}

void ManualPage::add_line(std::string_view line) {
  text_.append(line).append("\n");
}

// Writes each sentence on its own line. Lines are not long, and do not begin with a dot.
void ManualPage::add_sentences(std::string_view sentences) {
  while (!sentences.empty()) {
    const std::size_t end = std::min(sentences.find(". "), sentences.size());
    const std::size_t size = std::min(end + 1, sentences.size());
    std::string sentence = escaped_roff(sentences.substr(0, size));
    for (std::size_t at = 0; (at = sentence.find(" .", at)) != std::string::npos; at += 3)
      sentence.insert(at + 1, "\\&");
    if (sentence.front() == '.') sentence.insert(0, "\\&");
    text_ += wrapped(sentence, kColumns, "");
    sentences.remove_prefix(std::min(size + 1, sentences.size()));
  }
}

}  // namespace walstow
