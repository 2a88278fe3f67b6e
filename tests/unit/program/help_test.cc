#include "proto/program/help.h"

#include <gtest/gtest.h>

#include <array>

namespace walstow {
namespace {

constexpr std::array kHelpTable{
    Setting{.name = "standby_wait",
            .type = ValueType::kDuration,
            .default_value = "3s",
            .placeholder = "DURATION",
            .help = "how long a standby waits",
            .group = SettingGroup::kRestoring,
            .program = "walstow-restore"},
    Setting{.name = "connections_of_each_client_at_once",
            .type = ValueType::kCount,
            .default_value = "2",
            .placeholder = "NUMBER",
            .help = "a help that is so long that it takes another line, in which it is indented as "
                    "far",
            .group = SettingGroup::kResources},
    Setting{.name = "cluster", .placeholder = "NAME", .help = "the cluster's name"},
};

const ProgramSpec kOneCommand{
    .name = "walstow-archive",
    .summary = "Archives one file.",
    .notes = "It ends at once on SIGTERM.",
    .settings_file = "walstow.toml",
    .settings = kHelpTable,
    .commands = {{.options = {{"-D,--pgdata", "DIR", "the data directory"}},
                  .positionals = {{"PATH", "the file"}},
                  .examples = {{"In postgresql.conf", "archive_command = 'walstow-archive %p'"}}}},
};

const ProgramSpec kSeveralCommands{
    .name = "walstow",
    .summary = "Administers an archive.",
    .notes = "",
    .settings_file = "walstow.toml",
    .settings = kHelpTable,
    .commands = {{"get",
                  "get files",
                  {{"--quick", "", "in a hurry"}},
                  {{"CLUSTER", "the cluster", Positional::Count::kOptional},
                   {"FILE", "names of files", Positional::Count::kMany}},
                  {{"Get the history", "walstow get main 00000002.history"}}},
                 {"cluster create", "create a cluster", {}, {{"NAME", "its name"}}},
                 {"cluster list", "list the clusters", {}, {}}},
};

TEST(HelpTest, AProgramShowsItsOwnSettingsInGroups) {
  EXPECT_EQ(help_text(kOneCommand), R"(Archives one file.

Usage: walstow-archive [OPTION]... PATH

Arguments:
  PATH                            the file

Options:
  -D, --pgdata DIR                the data directory
  -v, --verbose                   report more about what is done
  --config FILE                   read the settings from this file only
  --sample-settings               show a settings file with every setting and its default, then exit
  -V, --version                   show the version, then exit; with -v, that of each library, too
  -?, --help                      show this help, then exit

Settings, also in the file "walstow.toml" and in the environment (WALSTOW_...):

Common settings:
  --cluster NAME                  the cluster's name

Resources:
  --connections-of-each-client-at-once NUMBER
                                  a help that is so long that it takes another line, in which it is
                                  indented as far (default: 2)

Exit codes:
  0    the store keeps the file durably
  1    the store did not acknowledge the file; PostgreSQL retries and counts the failure
  2    invalid arguments or settings; for PostgreSQL the same as 1

It ends at once on SIGTERM.

In postgresql.conf:
  archive_command = 'walstow-archive %p'
)");
}

TEST(HelpTest, AProgramWithCommandsListsThem) {
  const std::string help = help_text(kSeveralCommands);
  EXPECT_EQ(help.substr(0, help.find("Options:")), R"(Administers an archive.

Usage: walstow [OPTION]... COMMAND

Commands:
  get                             get files
  cluster create                  create a cluster
  cluster list                    list the clusters

)");
  EXPECT_EQ(help.find("standby-wait"), std::string::npos);
  EXPECT_EQ(help.find("Get the history"), std::string::npos);
}

TEST(HelpTest, ACommandShowsItsOwnOptions) {
  EXPECT_EQ(help_text(kSeveralCommands, kSeveralCommands.commands.at(0)), R"(get files

Usage: walstow get [OPTION]... [CLUSTER] FILE...

Arguments:
  CLUSTER                         the cluster
  FILE                            names of files

Options:
  --quick                         in a hurry
  -?, --help                      show this help, then exit

Get the history:
  walstow get main 00000002.history

"walstow --help" lists the settings. This command accepts them as options, too.
)");
}

TEST(HelpTest, TheFirstWordOfSomeCommandsShowsThem) {
  EXPECT_EQ(help_text(kSeveralCommands, "cluster"), R"(Usage: walstow cluster COMMAND

Commands:
  cluster create                  create a cluster
  cluster list                    list the clusters
)");
}

}  // namespace
}  // namespace walstow
