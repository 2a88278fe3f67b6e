#include "store/admin/check/command_findings.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <regex>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/program/settings.h"
#include "store/admin/check/program_call.h"

namespace walstow {
namespace {

constexpr std::string_view kArchive = "walstow-archive";
constexpr std::string_view kRestore = "walstow-restore";

struct CommandRule {
  std::string_view setting, program;
  std::string_view arguments;             // as the documents show them
  std::array<std::string_view, 2> needs;  // what the server replaces; "" for none
};

constexpr CommandRule kArchiveRule{
    .setting = "archive_command", .program = kArchive, .arguments = "%p", .needs = {"%p", ""}};
constexpr CommandRule kRestoreRule{
    .setting = "restore_command", .program = kRestore, .arguments = "%f %p", .needs = {"%f", "%p"}};
constexpr CommandRule kCleanupRule{.setting = "archive_cleanup_command",
                                   .program = kRestore,
                                   .arguments = "--restartpoint %r",
                                   .needs = {"--restartpoint", "%r"}};

std::string_view value_of(const ServerSettings& settings, std::string_view name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string_view() : std::string_view(found->second);
}

// Words without their quotes.
std::vector<std::string> words_of(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  for (const char letter : command) {
    if (quote != 0 ? letter == quote : letter == '\'' || letter == '"') {
      quote = quote == 0 ? letter : '\0';
    } else if (quote == 0 &&
               std::string_view(" \t;|&()<>").find(letter) != std::string_view::npos) {
      if (!word.empty()) words.push_back(std::exchange(word, {}));
    } else {
      word += letter;
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

// The same command, with "q" for each character between quotes.
std::string with_blank_quotes(std::string_view command) {
  std::string text(command);
  char quote = 0;
  for (char& letter : text) {
    if (quote == 0) {
      if (letter == '\'' || letter == '"') quote = letter;
    } else if (letter == quote) {
      quote = 0;
    } else {
      letter = 'q';
    }
  }
  return text;
}

// What the shell does after the program decides which exit code the server sees.
bool may_hide_exit_code(std::string_view command, std::string_view program) {
  const std::string after =
      with_blank_quotes(command).substr(command.find(program) + program.size());
  static const std::regex kRedirection("[0-9]*[<>]&[0-9-]+|&>>?");
  static const std::regex kOperator("[;|\n]|(^|[^&])&($|[^&])");
  return std::regex_search(std::regex_replace(after, kRedirection, " "), kOperator);
}

// Returns whether the shell certainly runs the program: it is the first word of its command, after
// words that only change how it runs, and no earlier command decides whether it runs, except by
// "&&".
bool may_not_run(std::string_view command, std::string_view path) {
  const std::string blank = with_blank_quotes(command);
  const std::size_t at = command.find(path);
  std::string before = blank.substr(0, at);
  static const std::regex kOther("[;|\n#!(`]|(^|[^&])&($|[^&])|\\$\\(");
  if (std::regex_search(before, kOther)) return true;
  if (const std::size_t last = before.rfind("&&"); last != std::string::npos) {
    before = before.substr(last + 2);
  }
  static const std::regex kPrefix(
      "\\s*((\\w+=\\S*|(\\S*/"
      ")?(exec|env|nice|ionice|timeout|sudo|setsid|chrt)|-\\S+|[0-9]+\\S*)\\s+)*"
      "['\"]?");
  return !std::regex_match(before, kPrefix);
}

// The server replaces "%p", and "%%" by one "%".
bool has_argument(std::string_view command, std::string_view part) {
  std::string text;
  for (std::size_t i = 0; i < command.size(); ++i) {
    if (command.substr(i, 2) == "%%")
      ++i;
    else
      text += command[i];
  }
  return text.find(part) != std::string::npos;
}

// The same place, written in one way.
std::string normalized(const std::string& place) {
  if (!place.starts_with('/')) return place;
  std::string path = fs::path(place).lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  return path;
}

class CommandCheck {
 public:
  CommandCheck(const ServerSettings& settings, const InstalledPrograms& programs,
               const ExaminedArchive& archive, CheckResult& result)
      : settings_(settings), programs_(programs), archive_(archive), result_(result) {}

  std::string hint_for(const CommandRule& rule) const {
    return fmt::format("Set {} = '{}{} {}', and reload the server.", rule.setting, programs_.folder,
                       rule.program, rule.arguments);
  }

  void add(Severity severity, std::string text, std::string hint = {}) {
    result_.add(severity, CheckedPart::kSettings, std::move(text), std::move(hint));
  }

  // True: the setting was examined.
  void examine(const CommandRule& rule, Severity severity) {
    const std::string_view command = value_of(settings_, rule.setting);
    const auto path = path_in_command(command, rule.program);
    if (!path) {
      add(severity,
          command.empty()
              ? fmt::format("{} is not set", rule.setting)
              : fmt::format("{} does not run {}: {}", rule.setting, rule.program, escaped(command)),
          hint_for(rule));
      return;
    }
    const bool complete = std::ranges::all_of(
        rule.needs, [&](std::string_view part) { return has_argument(command, part); });
    if (!complete) {
      add(Severity::kCritical,
          fmt::format("{} lacks an argument: {}", rule.setting, escaped(command)), hint_for(rule));
      return;
    }
    static const std::regex kOnlyShows("\\s(-V|--version|-\\?|--help|--sample-settings)(\\s|$)");
    if (may_not_run(command, *path) || std::regex_search(std::string(command), kOnlyShows)) {
      add(Severity::kWarning,
          fmt::format("{} may not run {}: {}", rule.setting, rule.program, escaped(command)),
          hint_for(rule));
      return;
    }
    examine_path(rule, decode_percent(*path));
    if (const auto call = call_of(command, rule.program)) examine_archive(rule, *call);
    if (may_hide_exit_code(command, rule.program)) {
      add(Severity::kWarning,
          fmt::format("{} may hide the exit code of {}: {}", rule.setting, rule.program,
                      escaped(command)),
          "A shell returns the exit code of its last command. Use no \";\", \"|\" or \"&\".");
    }
  }

 private:
  void examine_path(const CommandRule& rule, const std::string& path) {
    const ProgramPlace place = programs_.find(path);
    if (place == ProgramPlace::kNone) {
      add(Severity::kCritical,
          fmt::format("{} names \"{}\", which this user cannot execute", rule.setting,
                      escaped(path)),
          "Install walstow, or correct the path.");
    } else if (!path.starts_with('/')) {
      add(Severity::kWarning,
          fmt::format("{} names \"{}\" without its folder", rule.setting, escaped(path)),
          fmt::format("The server's PATH decides which program runs. {}", hint_for(rule)));
    } else if (place == ProgramPlace::kOther) {
      add(Severity::kWarning,
          fmt::format("{} runs \"{}\", which belongs to another installation than this program",
                      rule.setting, escaped(path)),
          "Run both with --version, and compare them.");
    } else {
      add(Severity::kOk, fmt::format("{} runs {}", rule.setting, path));
    }
  }

  // A value that a command gives, and how it gives it.
  struct Given {
    std::string value, how;
  };
  static std::optional<Given> given(const ProgramCall& call, const std::string& setting) {
    const std::string option = option_name(setting);
    if (const auto value = call.option(option))
      return Given{*value, fmt::format("has {} {}", option, escaped(*value))};
    const std::string variable = environment_name(setting);
    if (const auto value = call.variable(variable))
      return Given{*value, fmt::format("has {}={}", variable, escaped(*value))};
    return std::nullopt;
  }

  // What the command's own settings file contains. Without such a file, it contains nothing.
  ExaminedArchive read_file(const CommandRule& rule, const std::optional<Given>& file) {
    if (!file || file->value.empty() || is_computed(file->value)) return {};
    try {
      return programs_.read_file(file->value);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kFatal) throw;
      add(Severity::kCritical,
          fmt::format("{} {}, which cannot be used: {}", rule.setting, file->how, error.what()),
          "Correct the file, or its path in the command.");
      return {};
    }
  }

  // To which store and cluster the command leads: an option counts before a variable, and both
  // before the settings file.
  void examine_archive(const CommandRule& rule, const ProgramCall& call) {
    const auto file = given(call, "config");
    const ExaminedArchive in_file = read_file(rule, file);
    const auto compare = [&](const std::string& setting, const std::string& of_file,
                             const std::string& examined) {
      auto found = given(call, setting);
      if (!found && !of_file.empty())
        found = Given{of_file, fmt::format("{}, with {} {}", file->how, setting, escaped(of_file))};
      if (!found || found->value.empty() || examined.empty() || is_computed(found->value) ||
          normalized(found->value) == normalized(examined))
        return;
      add(Severity::kWarning,
          fmt::format("{} {}, but this check examined {}", rule.setting, found->how,
                      escaped(examined)),
          fmt::format("Correct the command, or check that archive: give {} to this command.",
                      option_name(setting)));
    };
    compare("store", in_file.store, archive_.store);
    compare("cluster", in_file.cluster, archive_.cluster);
  }

  const ServerSettings& settings_;
  const InstalledPrograms& programs_;
  const ExaminedArchive& archive_;
  CheckResult& result_;
};

}  // namespace

std::optional<std::string> path_in_command(std::string_view command, std::string_view program) {
  for (std::string& word : words_of(command)) {
    const std::string_view text(word);
    if (text.substr(text.rfind('/') + 1) == program) return std::move(word);
  }
  return std::nullopt;
}

void add_commands(const ServerSettings& settings, RecoveryMode mode,
                  const InstalledPrograms& programs, const ExaminedArchive& archive,
                  CheckResult& result) {
  CommandCheck check(settings, programs, archive, result);
  // A standby archives only after its promotion, unless archive_mode is "always".
  const bool in_recovery = mode != RecoveryMode::kTool;
  const Severity if_not_archived = in_recovery ? Severity::kWarning : Severity::kCritical;
  if (value_of(settings, "archive_mode") == "off") {
    check.add(if_not_archived, "archive_mode is off, so this server archives nothing",
              "Set archive_mode = on, and restart the server.");
  } else if (const auto library = value_of(settings, "archive_library"); !library.empty()) {
    check.add(if_not_archived,
              fmt::format("archive_library is \"{}\", so this server does not run archive_command",
                          escaped(library)),
              fmt::format("Empty it. {}", check.hint_for(kArchiveRule)));
  } else {
    check.examine(kArchiveRule, if_not_archived);
  }
  // A primary uses these two after it has become a standby.
  if (in_recovery || !value_of(settings, kRestoreRule.setting).empty()) {
    check.examine(kRestoreRule, Severity::kWarning);
  }
  if (in_recovery || !value_of(settings, kCleanupRule.setting).empty()) {
    check.examine(kCleanupRule, Severity::kWarning);
  }
}

}  // namespace walstow
