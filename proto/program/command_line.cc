#include "proto/program/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>  // defines what App.hpp calls
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/nearest_name.h"
#include "proto/program/help.h"
#include "proto/program/setting_text.h"

namespace walstow {
namespace {

constexpr std::size_t kShortestMistyped = 4;  // letters; of "get" and "set" neither is a slip

// "dry-run" of "-n,--dry-run".
std::string long_name(std::string_view flags) {
  return std::string(flags.substr(flags.rfind("--") + 2));
}

// A command of the program, and the parser that was made for it.
struct Entry {
  const CommandSpec* spec = nullptr;
  CLI::App* parser = nullptr;
};

class Parser {
 public:
  explicit Parser(const ProgramSpec& program);

  // kShown: help or version was printed.
  CommandLineResult parse(int argc, const char* const* argv);
  void collect(ParsedCommand& parsed) const;
  void apply_flags(Settings& settings) const;
  std::string config() const { return last_result("--config"); }

 private:
  [[noreturn]] void refuse(const std::string& message, const std::string& advice = "") const;
  void refuse_extras() const;
  std::optional<std::string> unknown_word() const;
  [[noreturn]] void refuse_command(const std::string& word) const;
  void refuse_arguments_beside(const char* option) const;
  [[noreturn]] void refuse(const CLI::ParseError& error) const;
  void add_command(const CommandSpec& spec);
  static void add_arguments(const CommandSpec& spec, CLI::App& parser);
  CLI::App& group(const std::string& name);
  const Entry* chosen() const;
  const CLI::App* chosen_group() const;
  std::string help() const;
  std::string last_result(const std::string& option) const;

  const ProgramSpec& program_;
  CLI::App root_;
  std::vector<Entry> commands_;
};

// Ends the parsing, as CLI11's own calls for help and version do.
struct CallForSample {};

Parser::Parser(const ProgramSpec& program)
    : program_(program), root_("", std::string(program.name)) {
  // Words that are left over are refused below, by name: CLI11 would report a missing argument
  // first.
  root_.allow_extras();
  root_.set_help_flag(std::string(kHelpOption.flags));
  root_.set_version_flag(std::string(kVersionOption.flags),
                         fmt::format("{} (walstow) {}", program.name, WALSTOW_VERSION));
  root_.add_flag_callback(std::string(kSampleOption.flags), [] { throw CallForSample(); });
  root_.add_flag(std::string(kVerboseOption.flags))->disable_flag_override();
  root_.add_option(std::string(kConfigOption.flags));
  for (const Setting& setting : program_.settings)
    root_.add_option(option_name(setting.name))
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  for (const CommandSpec& spec : program.commands)
    add_command(spec);
}

void Parser::add_command(const CommandSpec& spec) {
  CLI::App* parser = &root_;
  if (!spec.name.empty()) {
    const std::size_t space = spec.name.rfind(' ');
    CLI::App& parent =
        space == std::string_view::npos ? root_ : group(std::string(spec.name.substr(0, space)));
    // At most one, too: everything after it is an argument, even a cluster with the name "list".
    parent.require_subcommand(1);
    // npos + 1 is 0: all of it.
    parser = parent.add_subcommand(std::string(spec.name.substr(space + 1)));
    parser->fallthrough();
  }
  add_arguments(spec, *parser);
  commands_.push_back({&spec, parser});
}

// Returns whether it is a required argument after an optional one: "[CLUSTER] DIR".
bool follows_optional(const CommandSpec& spec, const Positional& positional) {
  return positional.count == Positional::Count::kOne &&
         spec.positionals.front().count == Positional::Count::kOptional;
}

void Parser::add_arguments(const CommandSpec& spec, CLI::App& parser) {
  for (const Option& option : spec.options) {
    const std::string flags(option.flags);
    if (option.placeholder.empty()) {
      parser.add_flag(flags)->disable_flag_override();
    } else {
      parser.add_option(flags)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
  }
  for (const Positional& positional : spec.positionals) {
    CLI::Option* const option = parser.add_option(std::string(positional.name));
    option->required(positional.count != Positional::Count::kOptional &&
                     !follows_optional(spec, positional));
    if (positional.count == Positional::Count::kMany) {
      option->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
    }
  }
}

// The parser of the first word of a command of two: "cluster" of "cluster create".
CLI::App& Parser::group(const std::string& name) {
  const auto has_name = [&name](const CLI::App* parser) { return parser->get_name() == name; };
  const std::vector<CLI::App*> known = root_.get_subcommands(has_name);
  if (!known.empty()) return *known.front();
  CLI::App* const made = root_.add_subcommand(name);
  made->fallthrough();
  return *made;
}

CommandLineResult Parser::parse(int argc, const char* const* argv) {
  try {
    root_.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    // A word that is not a command has no help.
    if (const auto word = unknown_word(); word && chosen() == nullptr) refuse_command(*word);
    refuse_arguments_beside("--help");
    std::fputs(help().c_str(), stdout);
    return CommandLineResult::kShown;
  } catch (const CLI::CallForVersion& version) {
    refuse_arguments_beside("--version");
    std::puts(version.what());
    if (root_.count("--verbose") > 0) std::puts("built with " WALSTOW_BUILT_WITH);
    return CommandLineResult::kShown;
  } catch (const CallForSample&) {
    refuse_arguments_beside("--sample-settings");
    const std::string_view file = program_.settings_file;
    const std::string reader(file.substr(0, file.rfind('.')));
    std::fputs(sample_settings(program_.settings, reader).c_str(), stdout);
    return CommandLineResult::kShown;
  } catch (const CLI::ParseError& error) {
    refuse_extras();
    refuse(error);
  }
  refuse_extras();
  return CommandLineResult::kRun;
}

void Parser::refuse(const std::string& message, const std::string& advice) const {
  throw Error(ErrorKind::kUsage, message,
              fmt::format("{}Try \"{} --help\" for more information.", advice, program_.name));
}

// The first word that is not an option and does not belong to anything.
std::optional<std::string> Parser::unknown_word() const {
  for (const std::string& extra : root_.remaining(true)) {
    if (!extra.starts_with('-')) return extra;
  }
  return std::nullopt;
}

// A command that is named by mistake may do something that nobody wants ("client del" is not
// "client add"). So only one slip counts, and only in the wrong word.
void Parser::refuse_command(const std::string& word) const {
  const CLI::App* const group = chosen_group();
  // "cluster " for "cluster creat": that word was understood.
  const std::string known = group == nullptr ? "" : fmt::format("{} ", group->get_name());
  std::vector<std::string_view> names;
  for (const Entry& entry : commands_) {
    std::string_view name = entry.spec->name;
    if (!name.starts_with(known)) continue;
    name.remove_prefix(known.size());
    names.push_back(name.substr(0, name.find(' ')));
  }
  const auto meant = nearest_name(names, word, word.size() < kShortestMistyped ? 0 : 1);
  refuse(fmt::format("unknown command \"{}{}\"", known, word),
         meant ? fmt::format("Did you mean \"{} {}{}\"? ", program_.name, known, *meant) : "");
}

void Parser::refuse_extras() const {
  const std::vector<std::string> extras = root_.remaining(true);
  for (const std::string& extra : extras) {
    if (extra.size() > 1 && extra.starts_with('-') && extra != "--") {
      refuse(fmt::format("unrecognized option \"{}\"", extra.substr(0, extra.find('='))));
    }
  }
  for (const std::string& extra : extras) {
    if (extra == "--") continue;
    const bool in_command = commands_.front().spec->name.empty() || chosen() != nullptr;
    if (in_command) refuse(fmt::format("too many command-line arguments (first is \"{}\")", extra));
    refuse_command(extra);
  }
}

// "archive_command = 'walstow-archive -V %p'" must not exit with 0, which means "safe, may be
// recycled".
void Parser::refuse_arguments_beside(const char* option) const {
  const Entry& entry = commands_.front();
  if (!entry.spec->name.empty()) return;
  for (const Positional& positional : entry.spec->positionals) {
    const CLI::Option* const given = entry.parser->get_option(std::string(positional.name));
    if (given->count() == 0) continue;
    refuse(fmt::format("option \"{}\" takes no arguments, but \"{}\" was given", option,
                       given->results().front()));
  }
}

void Parser::refuse(const CLI::ParseError& error) const {
  const std::string text = error.what();
  // CLI11 names the argument only in its text: "--store: 1 required URL missing", "FILE is
  // required".
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    if (chosen() == nullptr) refuse("missing command");
    refuse(fmt::format("missing argument {}", text.substr(0, text.find(' '))));
  }
  const std::size_t valued_flag = text.find(" was given a disallowed flag override");
  if (valued_flag != std::string::npos) {
    refuse(fmt::format("option \"--{}\" takes no argument", text.substr(0, valued_flag)));
  }
  const std::size_t colon = text.find(": 1 required");
  if (colon != std::string::npos) {
    refuse(fmt::format("option \"{}\" requires an argument", text.substr(0, colon)));
  }
  refuse(text);
}

// nullptr: the words on the command line do not lead to a command.
const Entry* Parser::chosen() const {
  for (const Entry& entry : commands_) {
    if (entry.parser->parsed()) return &entry;
  }
  return nullptr;
}

// The parser for the first word on the command line; nullptr if no command begins with it.
const CLI::App* Parser::chosen_group() const {
  const std::vector<const CLI::App*> first = root_.get_subcommands({});
  const auto group = std::ranges::find_if(first, [](const CLI::App* one) { return one->parsed(); });
  return group == first.end() ? nullptr : *group;
}

std::string Parser::help() const {
  if (const Entry* const entry = chosen(); entry != nullptr && !entry->spec->name.empty())
    return help_text(program_, *entry->spec);
  const CLI::App* const group = chosen_group();
  return group == nullptr ? help_text(program_) : help_text(program_, group->get_name());
}

void Parser::collect(ParsedCommand& parsed) const {
  const Entry& entry = *chosen();
  parsed.command = entry.spec->name;
  parsed.verbose = root_.count("--verbose") > 0;
  for (const Option& option : entry.spec->options) {
    const std::string name = long_name(option.flags);
    const CLI::Option* const given = entry.parser->get_option(fmt::format("--{}", name));
    if (given->count() > 0) parsed.options.emplace(name, given->results());
  }
  for (const Positional& positional : entry.spec->positionals) {
    const std::string name(positional.name);
    const CLI::Option* const given = entry.parser->get_option(name);
    if (given->count() > 0) {
      parsed.positionals.emplace(name, given->results());
    } else if (follows_optional(*entry.spec, positional)) {
      // CLI11 gives the first word to the first argument. A single word is the required one.
      if (parsed.positionals.empty()) refuse(fmt::format("missing argument {}", name));
      auto word = parsed.positionals.extract(parsed.positionals.begin());
      word.key() = name;
      parsed.positionals.insert(std::move(word));
    }
  }
}

void Parser::apply_flags(Settings& settings) const {
  for (const Setting& setting : program_.settings) {
    const std::string option = option_name(setting.name);
    if (root_.count(option) > 0) settings.set(setting.name, last_result(option), option);
  }
}

// "" when the option was not given.
std::string Parser::last_result(const std::string& option) const {
  const std::vector<std::string>& results = root_.get_option(option)->results();
  return results.empty() ? "" : results.back();
}

std::string last_of(const std::map<std::string, std::vector<std::string>, std::less<>>& values,
                    std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? "" : found->second.back();
}

}  // namespace

std::string ParsedCommand::option(std::string_view name) const {
  return last_of(options, name);
}

std::string ParsedCommand::positional(std::string_view name) const {
  return last_of(positionals, name);
}

CommandLineResult parse_command_line(const ProgramSpec& program, int argc, const char* const* argv,
                                     ParsedCommand& parsed, Settings& settings) {
  Parser parser(program);
  if (parser.parse(argc, argv) == CommandLineResult::kShown) return CommandLineResult::kShown;
  parser.collect(parsed);
  load_settings(settings, program.settings_file, parser.config());
  parser.apply_flags(settings);
  return CommandLineResult::kRun;
}

}  // namespace walstow
