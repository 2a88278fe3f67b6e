#include "deploy/documents/manual_pages.h"

#include <algorithm>
#include <fmt/format.h>

#include "deploy/documents/manual_page.h"
#include "deploy/documents/manual_texts.h"
#include "deploy/documents/programs.h"
#include "proto/program/exit_code.h"
#include "proto/program/setting_text.h"

namespace walstow {
namespace {

constexpr std::string_view kPrecedence =
    "An option on the command line overrides an environment variable. A variable overrides "
    "the user's file, and the user's file overrides the system's file.";

ManualPage page_of(const ManualText& text) {
  return {text.name, text.section, text.summary};
}

void add_description(ManualPage& page, const ManualText& text, std::string_view notes) {
  page.begin_section("DESCRIPTION");
  for (const std::string_view paragraph : text.description)
    page.add_paragraph(paragraph);
  if (!notes.empty()) page.add_paragraph(notes);
}

void add_arguments(ManualPage& page, const CommandSpec& command) {
  for (const Positional& positional : command.positionals)
    page.add_item(positional.name, as_sentence(positional.help));
}

void add_options(ManualPage& page, const ProgramSpec& program) {
  const CommandSpec& first = program.commands.front();
  page.begin_section("OPTIONS");
  page.begin_items();
  if (first.name.empty()) {
    add_arguments(page, first);
    for (const Option& option : first.options)
      page.add_option(option);
  }
  for (const Option& option : kGeneralOptions)
    page.add_option(option);
  page.end_items();
}

void add_commands(ManualPage& page, const ProgramSpec& program) {
  page.begin_section("COMMANDS");
  for (const CommandSpec& command : program.commands) {
    page.begin_subsection(command.name);
    page.add_usage(program.name, command);
    page.add_paragraph(as_sentence(command.summary));
    if (command.positionals.empty() && command.options.empty()) continue;
    page.begin_items();
    add_arguments(page, command);
    for (const Option& option : command.options)
      page.add_option(option);
    page.end_items();
  }
}

// Calls `add` for each, with a heading before each group.
template <class Add>
void add_by_group(ManualPage& page, const std::vector<Setting>& settings, Add add) {
  std::string_view group;
  for (const Setting& setting : settings) {
    if (const std::string_view next = title_of(setting.group); next != group) {
      if (!group.empty()) page.end_items();
      page.begin_subsection(next);
      page.begin_items();
      group = next;
    }
    add(setting);
  }
  page.end_items();
}

void add_settings_as_options(ManualPage& page, const ProgramSpec& program) {
  page.begin_section("SETTINGS");
  page.add_paragraph(fmt::format(
      "Each setting is an option, an environment variable, and a line in {}, whose page "
      "describes it. {}",
      program.settings_file, kPrecedence));
  add_by_group(page, settings_of(program.settings, program.name), [&page](const Setting& setting) {
    const std::string name = option_name(setting.name);
    page.add_option({name, setting.placeholder, help_of(setting)});
  });
}

void add_environment(ManualPage& page) {
  page.begin_section("ENVIRONMENT");
  page.begin_items();
  page.add_item("WALSTOW_CONFIG", "The only settings file to read, as with --config.");
  page.add_item(fmt::format("{}...", kEnvironmentPrefix),
                "Each setting: its name in upper case, with underscores for dots.");
  page.end_items();
}

void add_files(ManualPage& page, std::string_view settings_file) {
  page.begin_section("FILES");
  page.begin_items();
  page.add_file(fmt::format("/etc/walstow/{}", settings_file), "The system's settings.");
  page.add_file(fmt::format("~/.config/walstow/{}", settings_file), "The user's settings.");
  page.end_items();
}

void add_exit_status(ManualPage& page, std::string_view program) {
  page.begin_section("EXIT STATUS");
  page.begin_items();
  for (const exit_code::Meaning& meaning : exit_code::kMeanings) {
    if (meaning.program == program)
      page.add_item(fmt::format("{}", meaning.code), as_sentence(meaning.text));
  }
  page.end_items();
}

void add_examples(ManualPage& page, const ProgramSpec& program) {
  page.begin_section("EXAMPLES");
  for (const CommandSpec& command : program.commands) {
    for (const Example& example : command.examples) {
      page.add_paragraph(fmt::format("{}:", example.title));
      page.add_code(example.line);
    }
  }
}

void add_see_also(ManualPage& page, std::string_view name) {
  page.begin_section("SEE ALSO");
  std::vector<ManualText> others;
  std::ranges::copy_if(manual_texts(), std::back_inserter(others),
                       [name](const ManualText& text) { return text.name != name; });
  for (const ManualText& text : others)
    page.add_reference(text.name, text.section, &text == &others.back());
}

ManualPage program_page(const ProgramSpec& program) {
  const ManualText& text = manual_text_of(program.name);
  const CommandSpec& first = program.commands.front();
  ManualPage page = page_of(text);
  page.begin_section("SYNOPSIS");
  const CommandSpec any{.name = {}, .summary = {}, .options = {}, .positionals = {{"COMMAND", ""}}};
  page.add_usage(program.name, first.name.empty() ? first : any);
  add_description(page, text, program.notes);
  if (!first.name.empty()) add_commands(page, program);
  add_options(page, program);
  add_settings_as_options(page, program);
  add_environment(page);
  add_files(page, program.settings_file);
  add_exit_status(page, program.name);
  add_examples(page, program);
  add_see_also(page, program.name);
  return page;
}

// The default and the other ways to give a setting.
std::string ways_of(const Setting& setting) {
  const std::string_view value = default_of(setting);
  return fmt::format(
      "Value: {}. {}Option: {}. Variable: {}.{}", value_form(setting),
      value.empty() ? "" : fmt::format("Default: {}. ", value), option_name(setting.name),
      environment_name(setting.name),
      setting.program.empty() ? "" : fmt::format(" Only {} uses it.", setting.program));
}

// `table`: of the programs that read the file.
ManualPage settings_page(std::string_view file, std::span<const Setting> table,
                         const std::vector<std::string_view>& example) {
  ManualPage page = page_of(manual_text_of(file));
  page.begin_section("DESCRIPTION");
  page.add_paragraph(fmt::format(
      "The file is in the format TOML. The settings whose names have a dot can be in a table: "
      "tls.ca is \"ca\" below \"[tls]\". An unknown name is an error. {}",
      kPrecedence));
  page.add_paragraph(
      "A duration has a unit: 500ms, 3s, 5min, 24h, 30d. A size is in bytes, or has a unit: 64kB, "
      "16MB, 1GB. Whole numbers have no quotes, all other values have.");
  page.begin_section("SETTINGS");
  std::vector<Setting> settings;
  std::ranges::copy_if(table, std::back_inserter(settings), &Setting::in_file);
  std::ranges::stable_sort(settings, {}, &Setting::group);
  add_by_group(page, settings, [&page](const Setting& setting) {
    page.add_item(setting.name, fmt::format("{} {}", description_of(setting), ways_of(setting)));
  });
  add_files(page, file);
  page.begin_section("EXAMPLES");
  for (const std::string_view line : example)
    page.add_code(line);
  add_see_also(page, file);
  return page;
}

}  // namespace

std::vector<ManualFile> manual_pages() {
  std::vector<ManualFile> files;
  const auto add = [&files](std::string_view name, const ManualPage& page) {
    const int section = manual_text_of(name).section;
    files.push_back({fmt::format("man{}/{}.{}", section, name, section), page.text()});
  };
  const std::vector<ProgramSpec> programs = all_programs();
  for (const ProgramSpec& program : programs)
    add(program.name, program_page(program));
  const auto table_of = [&programs](std::string_view name) {
    return std::ranges::find(programs, name, &ProgramSpec::name)->settings;
  };
  add("walstow.toml", settings_page("walstow.toml", table_of("walstow"),
                                    {"cluster = \"main\"", "store = \"https://archive1:7432\""}));
  add("walstowd.toml",
      settings_page("walstowd.toml", table_of("walstowd"),
                    {"archive = \"/var/lib/walstow/archive\"", "prune_interval = \"6h\""}));
  return files;
}

}  // namespace walstow
