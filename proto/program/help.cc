#include "proto/program/help.h"

#include <fmt/format.h>
#include <vector>

#include "proto/base/wrapped_text.h"
#include "proto/program/exit_code.h"
#include "proto/program/setting_text.h"

namespace walstow {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kTextColumn = 34;  // where explanations begin
constexpr std::size_t kCodeColumn = 7;   // those of exit codes

// "  --pgdata DIR    the data directory". A long name gets its own line.
std::string entry(std::string_view name, std::string_view text, std::size_t column = kTextColumn) {
  const std::string lines = wrapped(text, kColumns, std::string(column, ' '));
  const std::string beginning = fmt::format("  {:<{}}", name, column - 2);
  if (lines.empty()) return fmt::format("  {}\n", name);
  if (beginning.size() > column || beginning.back() != ' ')
    return fmt::format("  {}\n{}", name, lines);
  return fmt::format("{}{}", beginning, std::string_view(lines).substr(column));
}

std::string title(std::string_view text) {
  return fmt::format("\n{}:\n", text);
}

std::string usage_section(const ProgramSpec& program, const CommandSpec& command) {
  return fmt::format("\nUsage: {}\n", usage_of(program, command));
}

std::string arguments_section(const CommandSpec& command) {
  std::string text;
  for (const Positional& positional : command.positionals)
    text += entry(positional.name, positional.help);
  return text.empty() ? "" : fmt::format("{}{}", title("Arguments"), text);
}

std::string entries_of(std::span<const Option> options) {
  std::string text;
  for (const Option& option : options)
    text += entry(synopsis_of(option), option.help);
  return text;
}

std::string settings_sections(const ProgramSpec& program) {
  std::string text;
  std::string_view group;
  for (const Setting& setting : settings_of(program.settings, program.name)) {
    if (const std::string_view next = title_of(setting.group); next != group) {
      text += title(next);
      group = next;
    }
    text += entry(fmt::format("{} {}", option_name(setting.name), setting.placeholder),
                  help_of(setting));
  }
  return text;
}

// The commands whose first word is `first_word`, or all commands if that is "".
std::string commands_section(const ProgramSpec& program, std::string_view first_word) {
  std::string text;
  for (const CommandSpec& command : program.commands) {
    if (!first_word.empty() && command.name.substr(0, command.name.find(' ')) != first_word)
      continue;
    text += entry(command.name, command.summary);
  }
  return fmt::format("{}{}", title("Commands"), text);
}

std::string exit_codes_section(std::string_view program) {
  std::string text = title("Exit codes");
  for (const exit_code::Meaning& meaning : exit_code::kMeanings) {
    if (meaning.program == program)
      text += entry(fmt::format("{}", meaning.code), meaning.text, kCodeColumn);
  }
  return text;
}

std::string examples_section(const CommandSpec& command) {
  std::string text;
  for (const Example& example : command.examples)
    text += fmt::format("{}  {}\n", title(example.title), example.line);
  return text;
}

}  // namespace

std::string help_text(const ProgramSpec& program) {
  const CommandSpec& first = program.commands.front();
  const bool has_commands = !first.name.empty();
  std::string text = wrapped(program.summary, kColumns, "");
  if (has_commands) {
    text += fmt::format("\nUsage: {} [OPTION]... COMMAND\n{}{}", program.name,
                        commands_section(program, ""), title("Options"));
  } else {
    text += fmt::format("{}{}{}{}", usage_section(program, first), arguments_section(first),
                        title("Options"), entries_of(first.options));
  }
  text += fmt::format("{}\nSettings, also in the file \"{}\" and in the environment ({}...):\n{}",
                      entries_of(kGeneralOptions), program.settings_file, kEnvironmentPrefix,
                      settings_sections(program));
  text += exit_codes_section(program.name);
  if (!program.notes.empty()) text += fmt::format("\n{}", wrapped(program.notes, kColumns, ""));
  return has_commands ? text : fmt::format("{}{}", text, examples_section(first));
}

std::string help_text(const ProgramSpec& program, const CommandSpec& command) {
  return fmt::format(
      "{}{}{}{}{}{}{}\n{}", wrapped(command.summary, kColumns, ""), usage_section(program, command),
      arguments_section(command), title("Options"), entries_of(command.options),
      entry(synopsis_of(kHelpOption), kHelpOption.help), examples_section(command),
      wrapped(fmt::format(
                  "\"{} --help\" lists the settings. This command accepts them as options, too.",
                  program.name),
              kColumns, ""));
}

std::string help_text(const ProgramSpec& program, std::string_view first_word) {
  return fmt::format("Usage: {} {} COMMAND\n{}", program.name, first_word,
                     commands_section(program, first_word));
}

std::string usage_of(const ProgramSpec& program, const CommandSpec& command) {
  std::string text = fmt::format("{}{}{} [OPTION]...", program.name,
                                 command.name.empty() ? "" : " ", command.name);
  for (const Positional& positional : command.positionals) {
    const bool optional = positional.count == Positional::Count::kOptional;
    const bool many = positional.count == Positional::Count::kMany;
    text += fmt::format(" {}{}{}{}", optional ? "[" : "", positional.name, optional ? "]" : "",
                        many ? "..." : "");
  }
  return text;
}

std::string synopsis_of(const Option& option) {
  std::string text;
  for (const char letter : option.flags) {
    text += letter;
    if (letter == ',') text += ' ';
  }
  return option.placeholder.empty() ? text : fmt::format("{} {}", text, option.placeholder);
}

}  // namespace walstow
