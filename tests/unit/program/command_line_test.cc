#include "proto/program/command_line.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <vector>

#include "proto/base/error.h"
#include "proto/program/help.h"
#include "proto/program/setting_text.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

using Words = std::vector<std::string>;

constexpr std::array kTable = {
    Setting{"cluster", ValueType::kText, "", "NAME", "the cluster's name in the archive"},
    Setting{.name = "standby_wait",
            .type = ValueType::kDuration,
            .default_value = "3s",
            .placeholder = "DURATION",
            .help = "how long a standby waits",
            .program = "walstow-restore"},
    Setting{"tls.ca", ValueType::kText, "", "FILE", "certificates that are trusted"},
};

const ProgramSpec kSimple = {
    .name = "walstow-archive",
    .summary = "Puts one file into the store.",
    .notes = "",
    .settings_file = "walstow.toml",
    .settings = kTable,
    .commands = {{.name = "",
                  .summary = "",
                  .options = {{"-n,--dry-run", "", "only say what would be done"},
                              {"--pgdata", "FOLDER", "the data directory"}},
                  .positionals = {{"FILE", "the file (%p)"}}}},
};

const ProgramSpec kCommands = {
    .name = "walstow",
    .summary = "Administers an archive.",
    .notes = "",
    .settings_file = "walstow.toml",
    .settings = kTable,
    .commands =
        {
            {"init", "make an archive", {{"--host", "NAME", "a name of this host"}}, {{"DIR", ""}}},
            {"status", "show", {}, {{"CLUSTER", "", Positional::Count::kOptional}}},
            {"list", "list files", {}, {{"CLUSTER", ""}}},
            {"get",
             "get files",
             {},
             {{"CLUSTER", "the cluster"}, {"FILE", "names of files", Positional::Count::kMany}}},
            {"cluster create", "make a cluster", {}, {{"NAME", ""}}},
            {"cluster list", "list clusters", {}, {}},
            {"import", "import", {}, {{"CLUSTER", "", Positional::Count::kOptional}, {"DIR", ""}}},
        },
};

class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest() {
    // The settings come from the words alone, whatever this machine has in its files.
    const std::string empty = (folder_.path() / "empty.toml").string();
    std::ofstream(empty).close();
    ::setenv("WALSTOW_CONFIG", empty.c_str(), 1);
  }

  CommandLineResult parse(const ProgramSpec& program, Words words) {
    words.insert(words.begin(), "program");
    std::vector<const char*> pointers;
    for (const std::string& word : words)
      pointers.push_back(word.c_str());
    parsed_ = ParsedCommand();
    settings_ = Settings(kTable);
    return parse_command_line(program, static_cast<int>(pointers.size()), pointers.data(), parsed_,
                              settings_);
  }

  // The message of the error that the words end in; "" for none.
  std::string refusal(const ProgramSpec& program, const Words& words) {
    try {
      parse(program, words);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_EQ(error.hint(),
                "Try \"" + std::string(program.name) + " --help\" for more information.");
      return error.what();
    }
    return "";
  }

  // What the words show on standard output.
  std::string shown(const ProgramSpec& program, const Words& words) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(parse(program, words), CommandLineResult::kShown);
    return testing::internal::GetCapturedStdout();
  }

  TemporaryFolder folder_;
  ParsedCommand parsed_;
  Settings settings_{kTable};
};

TEST_F(CommandLineTest, OptionsAndArgumentsComeInAnyOrder) {
  for (const Words& words : {Words{"-n", "--pgdata", "/data", "-v", "pg_wal/1"},
                             Words{"pg_wal/1", "--verbose", "--dry-run", "--pgdata=/data"},
                             Words{"--dry-run", "-v", "--pgdata", "/data", "--", "pg_wal/1"}}) {
    EXPECT_EQ(parse(kSimple, words), CommandLineResult::kRun);
    EXPECT_EQ(parsed_.command, "");
    EXPECT_EQ(parsed_.positional("FILE"), "pg_wal/1");
    EXPECT_EQ(parsed_.option("pgdata"), "/data");
    EXPECT_TRUE(parsed_.flag("dry-run"));
    EXPECT_TRUE(parsed_.verbose);
  }
}

TEST_F(CommandLineTest, WhatIsNotGivenIsNotThere) {
  parse(kSimple, {"pg_wal/1"});
  EXPECT_FALSE(parsed_.flag("dry-run"));
  EXPECT_FALSE(parsed_.flag("pgdata"));
  EXPECT_EQ(parsed_.option("pgdata"), "");
  EXPECT_FALSE(parsed_.verbose);
  EXPECT_EQ(settings_.origin("cluster"), "default");
}

TEST_F(CommandLineTest, EverySettingHasAnOptionThatBeatsFileAndEnvironment) {
  const std::string file = (folder_.path() / "a.toml").string();
  std::ofstream(file) << "cluster = 'file'\nstandby_wait = '9s'\n[tls]\nca = 'file'\n";
  ::setenv("WALSTOW_STANDBY_WAIT", "8s", 1);
  parse(kSimple,
        {"--config", file, "--cluster", "first", "--cluster=second", "--standby-wait", "7s", "x"});
  ::unsetenv("WALSTOW_STANDBY_WAIT");
  EXPECT_EQ(settings_.text("cluster"), "second");
  EXPECT_EQ(settings_.origin("cluster"), "--cluster");
  EXPECT_EQ(settings_.duration("standby_wait"), std::chrono::seconds(7));
  EXPECT_EQ(settings_.text("tls.ca"), "file");
}

TEST_F(CommandLineTest, ABadValueOfASettingNamesTheOption) {
  try {
    parse(kSimple, {"--standby-wait", "soon", "x"});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what())
                  .find("invalid value \"soon\" for setting \"standby_wait\" (--standby-wait): "),
              0U)
        << error.what();
  }
}

TEST_F(CommandLineTest, WrongCallsAreRefusedInOneLine) {
  struct Case {
    Words words;
    const char* message;
  };
  for (const Case& tested : {
           Case{{"--foo"}, "unrecognized option \"--foo\""},
           Case{{"--foo=bar", "x"}, "unrecognized option \"--foo\""},
           Case{{"x", "--foo", "bar"}, "unrecognized option \"--foo\""},
           Case{{"-x", "x"}, "unrecognized option \"-x\""},
           Case{{}, "missing argument FILE"},
           Case{{"-n"}, "missing argument FILE"},
           Case{{"x", "y"}, "too many command-line arguments (first is \"y\")"},
           Case{{"x", "--", "y"}, "too many command-line arguments (first is \"y\")"},
           Case{{"x", "--cluster"}, "option \"--cluster\" requires an argument"},
           Case{{"x", "--pgdata"}, "option \"--pgdata\" requires an argument"},
           Case{{"x", "--dry-run=no"}, "option \"--dry-run\" takes no argument"},
       }) {
    EXPECT_EQ(refusal(kSimple, tested.words), tested.message);
  }
}

TEST_F(CommandLineTest, CommandsOfOneAndTwoWordsAreFound) {
  parse(kCommands, {"init", "/archive", "--host", "a", "--host", "b"});
  EXPECT_EQ(parsed_.command, "init");
  EXPECT_EQ(parsed_.positional("DIR"), "/archive");
  EXPECT_EQ(parsed_.options.at("host"), (Words{"a", "b"}));
  EXPECT_EQ(parsed_.option("host"), "b");
  parse(kCommands, {"cluster", "create", "main"});
  EXPECT_EQ(parsed_.command, "cluster create");
  EXPECT_EQ(parsed_.positional("NAME"), "main");
  parse(kCommands, {"cluster", "list"});
  EXPECT_EQ(parsed_.command, "cluster list");
}

TEST_F(CommandLineTest, ArgumentsMayBeOptionalOrMany) {
  parse(kCommands, {"status"});
  EXPECT_EQ(parsed_.positionals.count("CLUSTER"), 0U);
  parse(kCommands, {"status", "main"});
  EXPECT_EQ(parsed_.positional("CLUSTER"), "main");
  parse(kCommands, {"import", "main", "/old"});
  EXPECT_EQ(parsed_.positional("CLUSTER"), "main");
  EXPECT_EQ(parsed_.positional("DIR"), "/old");
  parse(kCommands, {"import", "/old"});
  EXPECT_EQ(parsed_.positional("CLUSTER"), "");
  EXPECT_EQ(parsed_.positional("DIR"), "/old");
  parse(kCommands, {"get", "main", "a", "b", "c"});
  EXPECT_EQ(parsed_.positional("CLUSTER"), "main");
  EXPECT_EQ(parsed_.positionals.at("FILE"), (Words{"a", "b", "c"}));
}

TEST_F(CommandLineTest, SettingsMayStandBeforeAndAfterTheCommand) {
  parse(kCommands, {"--cluster", "a", "cluster", "create", "main", "--tls-ca", "b", "-v"});
  EXPECT_EQ(settings_.text("cluster"), "a");
  EXPECT_EQ(settings_.text("tls.ca"), "b");
  EXPECT_TRUE(parsed_.verbose);
}

TEST_F(CommandLineTest, AnArgumentMayHaveTheNameOfACommand) {
  parse(kCommands, {"cluster", "create", "list"});
  EXPECT_EQ(parsed_.command, "cluster create");
  EXPECT_EQ(parsed_.positional("NAME"), "list");
  parse(kCommands, {"list", "cluster"});
  EXPECT_EQ(parsed_.command, "list");
  EXPECT_EQ(parsed_.positional("CLUSTER"), "cluster");
}

TEST_F(CommandLineTest, WrongCommandsAreRefusedInOneLine) {
  struct Case {
    Words words;
    const char* message;
  };
  for (const Case& tested : {
           Case{{}, "missing command"},
           Case{{"-v"}, "missing command"},
           Case{{"cluster"}, "missing command"},
           Case{{"nonsense"}, "unknown command \"nonsense\""},
           Case{{"cluster", "nonsense"}, "unknown command \"cluster nonsense\""},
           Case{{"nonsense", "--help"}, "unknown command \"nonsense\""},
           Case{{"--help", "cluster", "nonsense"}, "unknown command \"cluster nonsense\""},
           Case{{"create", "main"}, "unknown command \"create\""},
           Case{{"cluster", "create"}, "missing argument NAME"},
           Case{{"get", "main"}, "missing argument FILE"},
           Case{{"import"}, "missing argument DIR"},
           Case{{"import", "main", "/old", "x"},
                "too many command-line arguments (first is \"x\")"},
           Case{{"cluster", "create", "a", "b"},
                "too many command-line arguments (first is \"b\")"},
           Case{{"cluster", "list", "list"}, "too many command-line arguments (first is \"list\")"},
           Case{{"list", "main", "--host", "x"}, "unrecognized option \"--host\""},
       }) {
    EXPECT_EQ(refusal(kCommands, tested.words), tested.message);
  }
}

TEST_F(CommandLineTest, TheNearestCommandIsNamed) {
  struct Case {
    Words words;
    const char* nearest;
  };
  for (const Case& tested : {
           Case{{"liist", "main"}, "list"},
           Case{{"statsu"}, "status"},
           Case{{"statis", "--help"}, "status"},
           Case{{"gte", "main"}, nullptr},
           Case{{"info"}, nullptr},
           Case{{"cluster", "delete", "main"}, nullptr},
           Case{{"cluster", "creat", "main"}, "cluster create"},
           Case{{"cluster", "creat", "--help"}, "cluster create"},
           Case{{"clustr", "create", "main"}, "cluster"},
           Case{{"nonsense"}, nullptr},
       }) {
    try {
      parse(kCommands, tested.words);
      ADD_FAILURE() << tested.words.front();
    } catch (const Error& error) {
      const std::string advice =
          tested.nearest ? fmt::format("Did you mean \"walstow {}\"? ", tested.nearest) : "";
      EXPECT_EQ(error.hint(), advice + "Try \"walstow --help\" for more information.");
    }
  }
}

TEST_F(CommandLineTest, TheVersionIsShown) {
  const std::string expected = "walstow-archive (walstow) " WALSTOW_VERSION "\n";
  EXPECT_EQ(shown(kSimple, {"-V"}), expected);
  EXPECT_EQ(shown(kSimple, {"--version"}), expected);
  EXPECT_EQ(shown(kCommands, {"--version"}), "walstow (walstow) " WALSTOW_VERSION "\n");
  EXPECT_EQ(shown(kCommands, {"cluster", "create", "--version"}),
            "walstow (walstow) " WALSTOW_VERSION "\n");
}

TEST_F(CommandLineTest, TheSampleIsShownWhateverElseIsMissing) {
  EXPECT_EQ(shown(kSimple, {"--sample-settings"}), sample_settings(kSimple.settings, "walstow"));
}

// What runs the program would take their success for the program's.
TEST_F(CommandLineTest, OptionsThatOnlyShowSomethingStandAlone) {
  for (const char* const option : {"--help", "--version", "--sample-settings"}) {
    EXPECT_EQ(
        refusal(kSimple, {option, "pg_wal/x"}),
        "option \"" + std::string(option) + "\" takes no arguments, but \"pg_wal/x\" was given");
  }
  EXPECT_NE(refusal(kSimple, {"pg_wal/x", "-V"}), "");
  EXPECT_NE(refusal(kSimple, {"-?", "--pgdata", "/data", "pg_wal/x"}), "");
}

TEST_F(CommandLineTest, HelpIsOfWhatTheWordsNameSoFar) {
  EXPECT_EQ(shown(kSimple, {"--help"}), help_text(kSimple));
  EXPECT_EQ(shown(kSimple, {"-?"}), help_text(kSimple));
  EXPECT_EQ(shown(kCommands, {"--help"}), help_text(kCommands));
  EXPECT_EQ(shown(kCommands, {"get", "--help"}), help_text(kCommands, kCommands.commands.at(3)));
  EXPECT_EQ(shown(kCommands, {"cluster", "create", "-?"}),
            help_text(kCommands, kCommands.commands.at(4)));
  EXPECT_EQ(shown(kCommands, {"cluster", "--help"}), help_text(kCommands, "cluster"));
}

TEST_F(CommandLineTest, SettingsOfAnotherProgramAreAccepted) {
  parse(kSimple, {"--standby-wait", "7s", "x"});
  EXPECT_EQ(settings_.duration("standby_wait"), std::chrono::seconds(7));
}

TEST_F(CommandLineTest, HelpNeedsNoReadableSettings) {
  ::setenv("WALSTOW_CONFIG", "/dev/null/absent", 1);
  EXPECT_NE(shown(kSimple, {"--help"}), "");
  EXPECT_NE(shown(kSimple, {"--version"}), "");
}

}  // namespace
}  // namespace walstow
