#include "store/admin/check/program_call.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <regex>
#include <utility>

namespace walstow {
namespace {

using Words = std::vector<std::string>;

// Splits a command into simple commands, which operators separate, and these into words without
// their quotes. Drops redirections.
class Splitter {
 public:
  std::vector<Words> split(std::string_view command) {
    for (std::size_t i = 0; i < command.size(); ++i) {
      const char letter = command[i];
      if (quote_ != 0) {
        add_quoted(command, i);
      } else if (letter == '\'' || letter == '"') {
        quote_ = letter;
        has_word_ = true;
      } else if (letter == '\\' && i + 1 < command.size()) {
        add(command[++i]);
      } else if (letter == '<' || letter == '>') {
        start_redirection(command, i);
      } else if (std::string_view(";|&()\n").find(letter) != std::string_view::npos) {
        end_command();
      } else if (letter == ' ' || letter == '\t') {
        end_word();
      } else {
        add(letter);
      }
    }
    end_command();
    return std::move(commands_);
  }

 private:
  void add(char letter) {
    word_ += letter;
    has_word_ = true;
  }
  void add_quoted(std::string_view command, std::size_t& i) {
    const char letter = command[i];
    const bool escapes = quote_ == '"' && letter == '\\' && i + 1 < command.size() &&
                         std::string_view("\"\\$`").find(command[i + 1]) != std::string_view::npos;
    if (letter == quote_) {
      quote_ = 0;
    } else {
      add(escapes ? command[++i] : letter);
    }
  }
  // "2>&1", ">>file", "< file": the number before it and the word after it belong to it.
  void start_redirection(std::string_view command, std::size_t& i) {
    const bool is_number =
        std::ranges::all_of(word_, [](char letter) { return letter >= '0' && letter <= '9'; });
    if (is_number) {
      word_.clear();
      has_word_ = false;
    }
    end_word();
    while (i + 1 < command.size() &&
           std::string_view("<>&|").find(command[i + 1]) != std::string_view::npos)
      ++i;
    drops_next_ = true;
  }
  void end_word() {
    if (has_word_ && !std::exchange(drops_next_, false)) words_.push_back(word_);
    word_.clear();
    has_word_ = false;
  }
  void end_command() {
    end_word();
    drops_next_ = false;
    if (!words_.empty()) commands_.push_back(std::exchange(words_, {}));
  }

  std::vector<Words> commands_;
  Words words_;
  std::string word_;
  bool has_word_ = false;  // also for ''
  bool drops_next_ = false;
  char quote_ = 0;
};

bool is_assignment(const std::string& word) {
  static const std::regex kAssignment("[A-Za-z_][A-Za-z0-9_]*=[^]*");
  return std::regex_match(word, kAssignment);
}

// A word after which another program may follow.
bool is_prefix(const std::string& word) {
  static const std::regex kPrefix(
      "(\\S*/)?(exec|env|nice|ionice|timeout|sudo|setsid|chrt)|-[^]*|[0-9]+\\S*");
  return is_assignment(word) || std::regex_match(word, kPrefix);
}

Words::const_iterator find_program(const Words& words, std::string_view program) {
  return std::ranges::find_if(words, [program](std::string_view word) {
    return word.substr(word.rfind('/') + 1) == program;
  });
}

}  // namespace

std::optional<std::string> ProgramCall::variable(std::string_view name) const {
  const std::string before = fmt::format("{}=", name);
  const auto found =
      std::find_if(assignments.rbegin(), assignments.rend(),
                   [&before](const std::string& word) { return word.starts_with(before); });
  return found == assignments.rend() ? std::nullopt : std::optional(found->substr(before.size()));
}

std::optional<std::string> ProgramCall::option(std::string_view option) const {
  const std::string with_value = fmt::format("{}=", option);
  std::optional<std::string> value;
  for (auto word = arguments.begin(); word != arguments.end(); ++word) {
    if (word->starts_with(with_value)) value = word->substr(with_value.size());
    if (*word == option && word + 1 != arguments.end()) value = *++word;
  }
  return value;
}

std::optional<ProgramCall> call_of(std::string_view command, std::string_view program) {
  const std::vector<Words> commands = Splitter().split(decode_percent(command));
  std::optional<ProgramCall> mentioned;
  Words exported;
  for (const Words& words : commands) {
    if (words.front() == "export")
      std::copy_if(words.begin() + 1, words.end(), std::back_inserter(exported), is_assignment);
    const auto at = find_program(words, program);
    if (at == words.end()) continue;
    const bool runs = std::all_of(words.begin(), at, is_prefix);
    if (!runs && mentioned) continue;
    ProgramCall call{.assignments = exported, .arguments = Words(at + 1, words.end())};
    std::copy_if(words.begin(), at, std::back_inserter(call.assignments), is_assignment);
    if (runs) return call;
    mentioned = std::move(call);
  }
  return mentioned;
}

std::string decode_percent(std::string_view command) {
  std::string text;
  for (std::size_t i = 0; i < command.size(); ++i) {
    text += command[i];
    if (command.substr(i, 2) == "%%") ++i;
  }
  return text;
}

bool is_computed(std::string_view text) {
  return text.find_first_of("$`") != std::string_view::npos;
}

}  // namespace walstow
