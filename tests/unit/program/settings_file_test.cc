#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string>
#include <sys/stat.h>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/program/setting_text.h"
#include "proto/program/settings.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

constexpr std::array kFileTable = {
    Setting{"cluster", ValueType::kText, "", "NAME", "the cluster's name in the archive"},
    Setting{"store", ValueType::kText, "", "URL", "where the store is"},
    Setting{"standby_wait", ValueType::kDuration, "3s", "DURATION", "how long a standby waits"},
    Setting{"workers", ValueType::kCount, "4", "NUMBER", "how many files go at once"},
    Setting{"tls.ca", ValueType::kText, "", "FILE", "certificates that are trusted"},
};

// Each test has an environment without the variables that matter here, and a home of its own.
class SettingsFileTest : public testing::Test {
 protected:
  SettingsFileTest() {
    for (const char* const name : {"WALSTOW_CONFIG", "WALSTOW_CLUSTER", "WALSTOW_STORE",
                                   "WALSTOW_STANDBY_WAIT", "WALSTOW_CLUSTR", "XDG_CONFIG_HOME"}) {
      ::unsetenv(name);
    }
    ::setenv("HOME", folder_.path().c_str(), 1);
  }

  // Writes a file below the folder; returns its path.
  std::string write(const std::string& name, const std::string& text) {
    const fs::path path = folder_.path() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }
  std::string in_user_folder(const std::string& text) {
    return write(".config/walstow/test.toml", text);
  }
  void load(const std::string& explicit_file = "") {
    load_settings(settings_, "test.toml", explicit_file);
  }

  TemporaryFolder folder_;
  Settings settings_{kFileTable};
};

template <class Call>
void expect_usage_error(const std::string& message, const std::string& hint, Call call) {
  try {
    call();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_EQ(error.what(), message);
    EXPECT_EQ(error.hint(), hint);
  }
}

TEST_F(SettingsFileTest, NameOfAHundredThousandPartsIsRefused) {
  std::string line;
  while (line.size() < 200'000)
    line += "a.";
  const std::string path = write("a.toml", "cluster = 'main'\n" + line + "a = 1\n");
  expect_usage_error("invalid settings file \"" + path + "\", line 2: longer than 4096 bytes", "",
                     [&] { load(path); });
}

// toml++ has undefined behaviour with some of these.
TEST_F(SettingsFileTest, BytesThatAreNoUtf8AreRefused) {
  const std::string path = write("a.toml", "cluster = 'main'\n\xD0\xEF\xBB\x8D");
  expect_usage_error("invalid settings file \"" + path + "\", line 2: not UTF-8", "",
                     [&] { load(path); });
}

TEST_F(SettingsFileTest, CharactersBeyondAsciiAreForTextsAndComments) {
  for (const std::string bare : {"\uFECDstore = 'x'", "cluster = 'a' \u00E9", "[\u00E9]",
                                 R"(cluster = "a\\" )"
                                 "\u00E9",
                                 "cluster = 'a' '' \u00E9"}) {
    const std::string path = write("a.toml", "\n" + bare + "\n");
    expect_usage_error(
        "invalid settings file \"" + path + "\", line 2: a non-ASCII character outside quotes", "",
        [&] { load(path); });
  }
  for (const std::string quoted : {"cluster = 'm\u00E9' # \u00E9",
                                   R"(cluster = "\")"
                                   "\u00E9\"",
                                   "cluster = \"\"\"\n\u00E9\"\"\"\"\"",
                                   "\uFEFF"
                                   "cluster = 'main'"}) {
    EXPECT_NO_THROW(load(write("a.toml", quoted))) << quoted;
  }
}

// In each build, with assertions and without.
TEST_F(SettingsFileTest, HeaderWithoutANameIsRefused) {
  using namespace std::string_literals;
  for (const std::string& header : {"[#tls]"s, "[=]"s, "[\0]"s}) {
    const std::string path = write("a.toml", "\n" + header + "\n");
    try {
      load(path);
      ADD_FAILURE() << header;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_NE(std::string_view(error.what()).find("line 2"), std::string_view::npos);
    }
  }
}

TEST_F(SettingsFileTest, TablesGiveDottedNames) {
  const std::string path = write("a.toml",
                                 "cluster = 'main'  # a comment\n"
                                 "workers = 16\n"
                                 "standby_wait = \"5s\"\n"
                                 "[tls]\n"
                                 "ca = \"/ca.crt\"\n");
  EXPECT_TRUE(load_settings_file(settings_, path));
  EXPECT_EQ(settings_.text("cluster"), "main");
  EXPECT_EQ(settings_.count("workers"), 16U);
  EXPECT_EQ(settings_.duration("standby_wait"), std::chrono::seconds(5));
  EXPECT_EQ(settings_.text("tls.ca"), "/ca.crt");
  EXPECT_EQ(settings_.origin("tls.ca"), "\"" + path + "\", line 5");
}

TEST_F(SettingsFileTest, AnEmptyFileAndACountInQuotesAreFine) {
  EXPECT_TRUE(load_settings_file(settings_, write("empty.toml", "")));
  EXPECT_TRUE(load_settings_file(settings_, write("quoted.toml", "workers = \"2\"")));
  EXPECT_EQ(settings_.count("workers"), 2U);
}

TEST_F(SettingsFileTest, AnAbsentFileIsAValue) {
  EXPECT_FALSE(load_settings_file(settings_, (folder_.path() / "absent.toml").string()));
  EXPECT_FALSE(load_settings_file(settings_, (folder_.path() / "absent/a.toml").string()));
}

TEST_F(SettingsFileTest, BadContentIsRefusedWithFileAndLine) {
  struct Case {
    const char* text;
    const char* message;  // {} stands for the origin
    const char* hint;
  };
  const char* const quotes = "Write the value in double quotes.";
  for (const Case& tested : {
           Case{"\nclustr = 'x'", "unknown setting \"clustr\" ({})", "Did you mean \"cluster\"?"},
           Case{"\nclustr = 1", "unknown setting \"clustr\" ({})", "Did you mean \"cluster\"?"},
           Case{"\ntls = 'x'", "unknown setting \"tls\" ({})", "--help lists the settings."},
           Case{"[tls]\nkay = 'x'", "unknown setting \"tls.kay\" ({})", "Did you mean \"tls.ca\"?"},
           Case{"[cluster]\nname = 'x'", "unknown setting \"cluster.name\" ({})",
                "--help lists the settings."},
           Case{"\ncluster = true", "invalid value for setting \"cluster\" ({})", quotes},
           Case{"\ncluster = 1.5", "invalid value for setting \"cluster\" ({})", quotes},
           Case{"\ncluster = ['x']", "invalid value for setting \"cluster\" ({})", quotes},
           Case{"\nstandby_wait = 3", "invalid value for setting \"standby_wait\" ({})", quotes},
           Case{"\nworkers = 1.5", "invalid value for setting \"workers\" ({})",
                "Write a whole number."},
           Case{"\nworkers = -1",
                "invalid value \"-1\" for setting \"workers\" ({}): expected a whole number", ""},
           Case{
               "\nstandby_wait = 'soon'",
               "invalid value \"soon\" for setting \"standby_wait\" ({}): expected a duration like "
               "500ms, 3s, 5min, 24h or 30d",
               ""},
       }) {
    SCOPED_TRACE(tested.text);
    const std::string path = write("bad.toml", tested.text);
    std::string message = tested.message;
    message.replace(message.find("{}"), 2, "\"" + path + "\", line 2");
    expect_usage_error(message, tested.hint, [&] { load_settings_file(settings_, path); });
  }
}

TEST_F(SettingsFileTest, WhatIsNotTomlIsRefusedWithFileAndLine) {
  struct Case {
    const char* text;
    int line;
  };
  for (const Case& tested :
       {Case{"\nclu", 2}, Case{"\ncluster = main", 2}, Case{"\ncluster = 'x", 2},
        Case{"cluster = 'x'\ncluster = 'y'", 2}, Case{"\n[tls", 2}, Case{"\xff", 1}}) {
    const std::string path = write("bad.toml", tested.text);
    const std::string beginning =
        "invalid settings file \"" + path + "\", line " + std::to_string(tested.line) + ": ";
    try {
      load_settings_file(settings_, path);
      ADD_FAILURE() << "no error: " << tested.text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_EQ(std::string(error.what()).substr(0, beginning.size()), beginning);
    }
  }
}

TEST_F(SettingsFileTest, WhatIsNotASettingsFileIsRefused) {
  const std::string folder = folder_.path().string();
  expect_usage_error("could not open settings file \"" + folder + "\": not a regular file", "",
                     [&] { load_settings_file(settings_, folder); });
  const std::string below = write("file", "") + "/a.toml";
  expect_usage_error("could not open settings file \"" + below + "\": Not a directory",
                     "Check the permissions of the file and of every folder above it.",
                     [&] { load_settings_file(settings_, below); });
  const std::string huge = write("huge.toml", std::string((1U << 20) + 1, '\n'));
  expect_usage_error("settings file \"" + huge + "\" is longer than 1048576 bytes", "",
                     [&] { load_settings_file(settings_, huge); });
}

TEST_F(SettingsFileTest, TheUsersFileIsRead) {
  in_user_folder("cluster = 'home'");
  load();
  EXPECT_EQ(settings_.text("cluster"), "home");
}

TEST_F(SettingsFileTest, TheUsersConfigurationFolderCanBeElsewhere) {
  in_user_folder("cluster = 'home'");
  write("xdg/walstow/test.toml", "cluster = 'xdg'");
  ::setenv("XDG_CONFIG_HOME", (folder_.path() / "xdg").c_str(), 1);
  load();
  EXPECT_EQ(settings_.text("cluster"), "xdg");
}

TEST_F(SettingsFileTest, WithoutAHomeThereIsNoUsersFile) {
  ::unsetenv("HOME");
  load();
  ::setenv("HOME", (folder_.path() / "absent").c_str(), 1);
  load();
  EXPECT_FALSE(settings_.has("cluster"));
}

TEST_F(SettingsFileTest, AnExplicitFileIsTheOnlyOneAndMustExist) {
  in_user_folder("cluster = 'home'\nstore = 'home'");
  const std::string path = write("explicit.toml", "cluster = 'explicit'");
  load(path);
  EXPECT_EQ(settings_.text("cluster"), "explicit");
  EXPECT_FALSE(settings_.has("store"));
  expect_usage_error("could not open settings file \"/absent.toml\": No such file or directory", "",
                     [&] { load("/absent.toml"); });
}

TEST_F(SettingsFileTest, TheEnvironmentCanNameTheFileButTheCommandLineWins) {
  ::setenv("WALSTOW_CONFIG", write("variable.toml", "cluster = 'variable'").c_str(), 1);
  load();
  EXPECT_EQ(settings_.text("cluster"), "variable");
  load(write("option.toml", "cluster = 'option'"));
  EXPECT_EQ(settings_.text("cluster"), "option");
}

TEST_F(SettingsFileTest, TheEnvironmentBeatsTheFile) {
  in_user_folder("cluster = 'file'\nstore = 'file'");
  ::setenv("WALSTOW_CLUSTER", "environment", 1);
  load();
  EXPECT_EQ(settings_.text("cluster"), "environment");
  EXPECT_EQ(settings_.origin("cluster"), "WALSTOW_CLUSTER");
  EXPECT_EQ(settings_.text("store"), "file");
}

TEST_F(SettingsFileTest, ABadValueInTheEnvironmentIsRefused) {
  ::setenv("WALSTOW_STANDBY_WAIT", "3", 1);
  expect_usage_error(
      "invalid value \"3\" for setting \"standby_wait\" (WALSTOW_STANDBY_WAIT): expected a "
      "duration "
      "like 500ms, 3s, 5min, 24h or 30d",
      "", [&] { load(); });
}

TEST_F(SettingsFileTest, AnUnknownVariableIsOnlyWarnedOf) {
  ::setenv("WALSTOW_CLUSTR", "x", 1);
  start_log("test", LogLevel::kWarning);
  testing::internal::CaptureStderr();
  load();
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "test: warning: unknown environment variable \"WALSTOW_CLUSTR\"\n");
}

TEST_F(SettingsFileTest, TheSampleIsReadWithEveryLineUncommented) {
  std::string sample = sample_settings(kFileTable, "test");
  for (std::size_t at = sample.find("\n#"); at != std::string::npos;
       at = sample.find("\n#", at + 1)) {
    if (sample[at + 2] != ' ') sample.erase(at + 1, 1);
  }
  EXPECT_TRUE(load_settings_file(settings_, write("sample.toml", sample)));
  EXPECT_EQ(settings_.count("workers"), 4U);
  EXPECT_NE(settings_.origin("tls.ca"), "default");
}

}  // namespace
}  // namespace walstow
