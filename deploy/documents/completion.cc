#include "deploy/documents/completion.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <vector>

#include "proto/program/setting_text.h"

namespace walstow {
namespace {

// The first lines of the function analyse the words before the cursor. Bash breaks words at ":",
// "=" and "@" as well, so "--store=https://a" is six of them.
constexpr std::string_view kReadWords =
    R"(  local current=${COMP_WORDS[COMP_CWORD]} option='' word glued=no words=() i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == [=:@]* ]]; then
      glued=yes
    elif [[ -n $option || $glued == yes ]]; then
      option='' glued=no
    elif [[ $word == -* ]]; then
      case $word in
        @VALUED@) option=$word ;;
      esac
    else
      words+=("$word")
    fi
  done
  if [[ $current == = ]]; then
    current=''
  elif [[ $glued == yes && -z $option || $current == [:@]* ]]; then
    return
  fi
  if [[ -n $option ]]; then
    case $option in
@VALUES@    esac
    return
  fi
)";

// Bash itself puts a slash behind the name of a folder.
constexpr std::string_view kOffers = R"(
@NAME@_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

@NAME@_folders() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -d -- "$1")
}

@NAME@_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}
)";

std::string replaced(std::string_view text, std::string_view mark, std::string_view value) {
  std::string result(text);
  for (std::size_t at = 0; (at = result.find(mark, at)) != std::string::npos; at += value.size())
    result.replace(at, mark.size(), value);
  return result;
}

// "_walstow_archive".
std::string function_name(std::string_view program) {
  return replaced(fmt::format("_{}", program), "-", "_");
}

// "-D" and "--pgdata" of "-D,--pgdata".
std::vector<std::string> names_of(const Option& option) {
  std::vector<std::string> names;
  for (std::string_view rest = option.flags; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    names.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return names;
}

std::vector<Option> options_of(const CommandSpec& command) {
  std::vector<Option> options = command.options;
  options.insert(options.end(), kGeneralOptions.begin(), kGeneralOptions.end());
  return options;
}

// The command that the shell runs for a value of the type; "" if it has nothing to offer.
std::string offer(const std::string& function, ValueType type, const std::string& choices) {
  switch (type) {
    case ValueType::kFile:
      return fmt::format("{}_files \"$current\"", function);
    case ValueType::kFolder:
      return fmt::format("{}_folders \"$current\"", function);
    case ValueType::kChoice:
      return fmt::format("{}_words '{}' \"$current\"", function, choices);
    case ValueType::kText:
    case ValueType::kDuration:
    case ValueType::kCount:
    case ValueType::kSize:
      break;
  }
  return "";
}

// Every option that takes a value, in all commands together, with the command that offers its
// values.
std::map<std::string, std::string> valued_options(const ProgramSpec& program) {
  const std::string function = function_name(program.name);
  std::map<std::string, std::string> found;
  for (const CommandSpec& command : program.commands) {
    for (const Option& option : options_of(command)) {
      if (option.placeholder.empty()) continue;
      for (const std::string& name : names_of(option))
        found.emplace(name, offer(function, option.type, ""));
    }
  }
  for (const Setting& setting : settings_of(program.settings, program.name)) {
    found.emplace(
        option_name(setting.name),
        offer(function, setting.type, fmt::format("{}", fmt::join(choices_of(setting), " "))));
  }
  return found;
}

std::string option_words(const ProgramSpec& program, const CommandSpec& command) {
  std::vector<std::string> words;
  for (const Option& option : options_of(command))
    words.push_back(names_of(option).back());
  for (const Setting& setting : settings_of(program.settings, program.name))
    words.push_back(option_name(setting.name));
  return fmt::format("{}", fmt::join(words, " "));
}

std::size_t words_in(std::string_view command) {
  return command.empty() ? 0 : static_cast<std::size_t>(std::ranges::count(command, ' ')) + 1;
}

// The part of the function that completes the word after a command: an option or an argument.
std::string command_case(const ProgramSpec& program, const CommandSpec& command,
                         std::string_view indentation) {
  const std::string function = function_name(program.name);
  std::string text = fmt::format(
      "{0}if [[ $current == -* ]]; then\n{0}  {1}_words '{2}' \"$current\"\n{0}  return\n{0}fi\n",
      indentation, function, option_words(program, command));
  std::string arguments;
  for (std::size_t i = 0; i < command.positionals.size(); ++i) {
    const std::string offered = offer(function, command.positionals[i].type, "");
    if (offered.empty()) continue;
    arguments += fmt::format("{}  {}) {} ;;\n", indentation, words_in(command.name) + i, offered);
  }
  if (arguments.empty()) return text;
  return fmt::format("{0}{1}case ${{#words[@]}} in\n{2}{1}esac\n", text, indentation, arguments);
}

// The possible words after the words of `before`, which are none or the first word of a command.
std::string next_words(const ProgramSpec& program, std::string_view before) {
  std::vector<std::string> words;
  for (const CommandSpec& command : program.commands) {
    std::string_view name = command.name;
    if (!before.empty()) {
      if (!name.starts_with(before) || name.size() == before.size() || name[before.size()] != ' ')
        continue;
      name.remove_prefix(before.size() + 1);
    }
    const std::string word(name.substr(0, name.find(' ')));
    if (std::ranges::find(words, word) == words.end()) words.push_back(word);
  }
  return fmt::format("{}", fmt::join(words, " "));
}

std::string case_of_one_word(const ProgramSpec& program, std::string_view pattern,
                             std::string_view before) {
  return fmt::format("    {}) {}_words '{}' \"$current\" ;;\n", pattern,
                     function_name(program.name), next_words(program, before));
}

std::string commands_case(const ProgramSpec& program) {
  std::string one_word;
  std::string text;
  std::set<std::string_view> groups;
  for (const CommandSpec& command : program.commands) {
    const std::size_t space = command.name.find(' ');
    const std::string_view first = command.name.substr(0, space);
    if (space != std::string_view::npos && groups.insert(first).second)
      one_word += case_of_one_word(program, fmt::format("'{}'", first), first);
    text += fmt::format("    '{} '*)\n{}      ;;\n", command.name,
                        command_case(program, command, "      "));
  }
  const CommandSpec none{.name = {}, .summary = {}, .options = {}, .positionals = {}};
  return fmt::format(
      "  if [[ $current == -* && ${{#words[@]}} == 0 ]]; then\n"
      "    {}_words '{}' \"$current\"\n"
      "    return\n"
      "  fi\n"
      "  case \"${{words[*]}}\" in\n{}{}  esac\n"
      "  case \"${{words[*]}} \" in\n{}  esac\n",
      function_name(program.name), option_words(program, none), case_of_one_word(program, "''", ""),
      one_word, text);
}

}  // namespace

std::string bash_completion(const ProgramSpec& program) {
  const std::string function = function_name(program.name);
  std::string valued;
  std::string values;
  for (const auto& [name, offered] : valued_options(program)) {
    valued += fmt::format("{}{}", valued.empty() ? "" : " | ", name);
    if (!offered.empty()) values += fmt::format("      {}) {} ;;\n", name, offered);
  }
  const bool has_commands = !program.commands.front().name.empty();
  return fmt::format(
      "# Completion of {} for bash. walstow-documents made this file.\n{}\n{}() {{\n{}{}}}\n\n"
      "complete -F {} {}\n",
      program.name, replaced(kOffers, "@NAME@", function), function,
      replaced(replaced(kReadWords, "@VALUED@", valued), "@VALUES@", values),
      has_commands ? commands_case(program) : command_case(program, program.commands.front(), "  "),
      function, program.name);
}

}  // namespace walstow
