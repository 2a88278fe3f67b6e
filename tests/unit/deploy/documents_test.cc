// What is generated from the tables of the four programs, and that the tables themselves are whole.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "deploy/documents/markdown.h"
#include "deploy/documents/programs.h"
#include "proto/base/error.h"
#include "proto/base/utf8.h"
#include "proto/program/exit_code.h"
#include "proto/program/help.h"
#include "proto/program/setting_text.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

constexpr std::size_t kColumns = 100;

// Every text that --help shows, of the program and of each of its commands.
std::vector<std::string> helps_of(const ProgramSpec& program) {
  std::vector<std::string> helps{help_text(program)};
  for (const CommandSpec& command : program.commands) {
    if (command.name.empty()) continue;
    helps.push_back(help_text(program, command));
    helps.push_back(help_text(program, command.name.substr(0, command.name.find(' '))));
  }
  return helps;
}

TEST(DocumentsTest, NoLineOfAHelpIsTooLong) {
  for (const ProgramSpec& program : all_programs()) {
    for (const std::string& help : helps_of(program)) {
      std::istringstream lines(help);
      for (std::string line; std::getline(lines, line);)
        EXPECT_LE(count_characters(line), kColumns) << line;
    }
  }
}

// The options at the beginning of lines: "--tls-ca", "--pgdata".
std::set<std::string> options_in(const std::string& help) {
  std::set<std::string> options;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word.size() == 3 && word.ends_with(',')) words >> word;
    if (line.starts_with("  -")) options.insert(word);
  }
  return options;
}

TEST(DocumentsTest, AHelpHasEachSettingOfItsProgramAndNoOther) {
  for (const ProgramSpec& program : all_programs()) {
    std::set<std::string> expected;
    for (const Setting& setting : program.settings) {
      if (setting.program.empty() || setting.program == program.name)
        expected.insert(option_name(setting.name));
    }
    std::set<std::string> found = options_in(help_text(program));
    for (const Option& option : kGeneralOptions)
      EXPECT_EQ(found.erase(std::string(option.flags.substr(option.flags.find("--")))), 1U);
    for (const Option& option : program.commands.front().options) {
      if (!program.commands.front().name.empty()) continue;
      EXPECT_EQ(found.erase(std::string(option.flags.substr(option.flags.find("--")))), 1U);
    }
    EXPECT_EQ(found, expected) << program.name;
  }
}

TEST(DocumentsTest, ASettingOfOneProgramIsOfOneThatReadsTheFile) {
  std::set<std::string_view> names;
  for (const ProgramSpec& program : all_programs())
    names.insert(program.name);
  for (const ProgramSpec& program : all_programs()) {
    for (const Setting& setting : program.settings) {
      EXPECT_TRUE(setting.program.empty() || names.contains(setting.program)) << setting.name;
      EXPECT_FALSE(setting.help.ends_with('.')) << setting.name;
      EXPECT_TRUE(setting.details.empty() || setting.details.ends_with('.')) << setting.name;
    }
  }
}

TEST(DocumentsTest, DefaultsAreValid) {
  for (const ProgramSpec& program : all_programs()) {
    Settings settings(program.settings);
    for (const Setting& setting : program.settings) {
      if (setting.default_value.empty()) continue;
      EXPECT_NO_THROW(settings.set(setting.name, std::string(setting.default_value), "test"));
      if (setting.type == ValueType::kCount) {
        EXPECT_NO_THROW(settings.count(setting.name));
      }
    }
  }
}

// A flag of one command that takes a value in another would confuse the completion.
TEST(DocumentsTest, AnOptionTakesAValueInEveryCommandOrInNone) {
  for (const ProgramSpec& program : all_programs()) {
    std::set<std::string_view> valued;
    std::set<std::string_view> bare;
    for (const CommandSpec& command : program.commands) {
      for (const Option& option : command.options)
        (option.placeholder.empty() ? bare : valued).insert(option.flags);
    }
    std::vector<std::string_view> both;
    std::ranges::set_intersection(valued, bare, std::back_inserter(both));
    EXPECT_EQ(both, std::vector<std::string_view>());
  }
}

TEST(DocumentsTest, TheMeaningsOfACodeAreInOrderAndOnce) {
  for (const ProgramSpec& program : all_programs()) {
    int before = -1;
    for (const exit_code::Meaning& meaning : exit_code::kMeanings) {
      if (meaning.program != program.name) continue;
      EXPECT_GT(meaning.code, before) << meaning.text;
      before = meaning.code;
    }
    EXPECT_GE(before, exit_code::kUsage) << program.name;
  }
}

TEST(DocumentsTest, TheGeneratedPartsHaveEverySettingAndCode) {
  const std::vector<GeneratedPart> parts = generated_parts();
  for (const ProgramSpec& program : all_programs()) {
    for (const Setting& setting : program.settings) {
      EXPECT_NE(parts.at(0).text.find("| `" + std::string(setting.name) + "` |"), std::string::npos)
          << setting.name;
    }
  }
  for (const exit_code::Meaning& meaning : exit_code::kMeanings)
    EXPECT_NE(parts.at(1).text.find("| " + std::to_string(meaning.code) + " |"), std::string::npos);
}

TEST(DocumentsTest, APartReplacesWhatIsBetweenItsMarkers) {
  const GeneratedPart part{"docs/a.md", "things", "| new |\n"};
  const std::string before = "# A\n\n<!-- things: generated -->\n";
  const std::string after = "<!-- end of generated -->\n\nMore.\n";
  const std::string expected = before + "\n| new |\n\n" + after;
  EXPECT_EQ(with_part(before + after, part), expected);
  EXPECT_EQ(with_part(before + "| old |\n" + after, part), expected);
  EXPECT_EQ(with_part(expected, part), expected);
  for (const std::string& document : {before, after, after + before}) {
    EXPECT_EQ(kind_thrown([&] { with_part(document, part); }), ErrorKind::kInvalid);
  }
}

TEST(DocumentsTest, NamesPathsAndQuotedWordsAreMarkedUpAsCode) {
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"longest wait. More", "longest wait. More"},
           {"at https://HOST:PORT, or s3://BUCKET", "at `https://HOST:PORT`, or `s3://BUCKET`"},
           {"under recovery.signal: wait", "under `recovery.signal`: wait"},
           {"this (pg_rewind, by hand)", "this (`pg_rewind`, by hand)"},
           {"name in \"walstow status\".", "name in `walstow status`."},
           {"the $HOME", "the `$HOME`"},
           {"verify: with --holes", "verify: with `--holes`"},
           {"2  spaces ", "2  spaces "}}) {
    EXPECT_EQ(marked_up(text), expected);
  }
}

}  // namespace
}  // namespace walstow
