#include "store/admin/check/command_findings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "proto/base/error.h"

namespace walstow {
namespace {

const ServerSettings kGood{
    {"archive_mode", "on"},
    {"archive_command", "/usr/bin/walstow-archive %p"},
    {"archive_library", ""},
    {"restore_command", "/usr/bin/walstow-restore %f %p"},
    {"archive_cleanup_command", "/usr/bin/walstow-restore --restartpoint %r"}};

const ExaminedArchive kArchive{.store = "https://archive1:7432", .cluster = "main"};

ProgramPlace installed(const std::string& path) {
  if (path == "/usr/bin/walstow-archive" || path == "/usr/bin/walstow-restore" ||
      path == "walstow-archive") {
    return ProgramPlace::kThisOnes;
  }
  return path.starts_with("/opt/") ? ProgramPlace::kOther : ProgramPlace::kNone;
}

ExaminedArchive read_file(const std::string& path) {
  if (path == "/etc/w;x.toml") return kArchive;
  if (path == "/etc/other.toml") return {.store = kArchive.store, .cluster = "other"};
  if (path == "/etc/no_cluster.toml") return {.store = "/mnt/wal", .cluster = ""};
  throw Error(ErrorKind::kUsage, "there is no file \"" + path + "\"");
}

// The findings that are not kOk, as "severity text".
std::vector<std::string> faults(const ServerSettings& settings,
                                RecoveryMode mode = RecoveryMode::kTool,
                                const ExaminedArchive& archive = kArchive) {
  std::vector<std::string> texts;
  CheckResult result;
  add_commands(settings, mode,
               {.folder = "/usr/local/bin/", .find = installed, .read_file = read_file}, archive,
               result);
  for (const CheckFinding& finding : result.findings) {
    if (finding.severity == Severity::kOk) continue;
    EXPECT_NE(finding.hint, "");
    texts.push_back(std::string(to_string(finding.severity)) + " " + finding.text);
  }
  return texts;
}

ServerSettings with(const std::string& name, const std::string& value) {
  ServerSettings settings = kGood;
  settings[name] = value;
  return settings;
}

using Texts = std::vector<std::string>;

TEST(CommandFindingsTest, GoodSettings) {
  EXPECT_EQ(faults(kGood), Texts());
  EXPECT_EQ(faults(kGood, RecoveryMode::kStandby), Texts());
  EXPECT_EQ(faults(with("archive_command",
                        "PATH=/bin '/usr/bin/walstow-archive' --config \"/etc/w;x.toml\" %p "
                        ">>/var/log/archive 2>&1")),
            Texts());
}

TEST(CommandFindingsTest, ArchiveCommandOfSomethingElse) {
  EXPECT_EQ(faults(with("archive_command", "cp %p /mnt/%f")),
            Texts{"critical archive_command does not run walstow-archive: cp %p /mnt/%f"});
  EXPECT_EQ(faults(with("archive_command", "")), Texts{"critical archive_command is not set"});
  EXPECT_EQ(faults(with("archive_command", "/usr/bin/my-walstow-archive %p")),
            Texts{"critical archive_command does not run walstow-archive: "
                  "/usr/bin/my-walstow-archive %p"});
}

TEST(CommandFindingsTest, ArchiveThatWasNotExamined) {
  EXPECT_EQ(
      faults(with("archive_command",
                  "/usr/bin/walstow-archive --store https://archive1:7432 --cluster=main %p")),
      Texts());
  EXPECT_EQ(faults(with("archive_command",
                        "/usr/bin/walstow-archive --store '/mnt/a b' --cluster=other %p")),
            (Texts{"warning archive_command has --store /mnt/a b, but this check examined "
                   "https://archive1:7432",
                   "warning archive_command has --cluster other, but this check examined main"}));
}

// The archive command in front of "%p" leads to "other", and the finding names the way.
TEST(CommandFindingsTest, EveryWayToAnotherCluster) {
  const std::pair<std::string, std::string> cases[] = {
      {"WALSTOW_CLUSTER=other /usr/bin/walstow-archive", "has WALSTOW_CLUSTER=other"},
      {"env A=1 WALSTOW_CLUSTER=other /usr/bin/walstow-archive", "has WALSTOW_CLUSTER=other"},
      {"export WALSTOW_CLUSTER=other && /usr/bin/walstow-archive", "has WALSTOW_CLUSTER=other"},
      {"/usr/bin/walstow-archive --cluster main --cluster other", "has --cluster other"},
      {"/usr/bin/walstow-archive --cluster=other", "has --cluster other"},
      {"/usr/bin/walstow-archive --config /etc/other.toml",
       "has --config /etc/other.toml, with cluster other"},
      {"WALSTOW_CONFIG=/etc/other.toml /usr/bin/walstow-archive",
       "has WALSTOW_CONFIG=/etc/other.toml, with cluster other"},
  };
  for (const auto& [command, how] : cases) {
    const Texts found = faults(with("archive_command", command + " %p"));
    const std::string expected = "archive_command " + how + ", but this check examined main";
    EXPECT_TRUE(std::ranges::count(found, "warning " + expected) == 1) << command;
  }
}

TEST(CommandFindingsTest, WaysThatLeadToTheSameArchive) {
  for (const std::string command :
       {"WALSTOW_CLUSTER=other /usr/bin/walstow-archive --cluster main",
        "/usr/bin/walstow-archive --cluster other --cluster main",
        "/usr/bin/walstow-archive --config /etc/other.toml --cluster main",
        "WALSTOW_CONFIG=/etc/other.toml /usr/bin/walstow-archive --config '/etc/w;x.toml'",
        "/bin/echo --cluster x && /usr/bin/walstow-archive",
        "/usr/bin/walstow-archive --cluster \"$CLUSTER\""}) {
    EXPECT_EQ(faults(with("archive_command", command + " %p")), Texts()) << command;
  }
  EXPECT_EQ(faults(with("archive_command", "/usr/bin/walstow-archive %p && echo --cluster x")),
            Texts());
  const ExaminedArchive folder{.store = "/mnt/100%/wal", .cluster = "main"};
  for (const std::string store :
       {"/mnt/100%%/wal", "/mnt/100%%/wal/", "/mnt/100%%/./x/../wal//", "'/mnt/100%%/wal'"}) {
    const std::string command = "/usr/bin/walstow-archive --store " + store + " %p";
    EXPECT_EQ(faults(with("archive_command", command), RecoveryMode::kTool, folder), Texts())
        << command;
  }
}

TEST(CommandFindingsTest, SettingsFileOfTheCommand) {
  EXPECT_EQ(
      faults(with("archive_command", "/usr/bin/walstow-archive --config /etc/no_cluster.toml %p")),
      Texts{"warning archive_command has --config /etc/no_cluster.toml, with store /mnt/wal, "
            "but this check examined https://archive1:7432"});
  EXPECT_EQ(faults(with("restore_command", "/usr/bin/walstow-restore --config /x.toml %f %p")),
            Texts{"critical restore_command has --config /x.toml, which cannot be used: there is "
                  "no file \"/x.toml\""});
}

TEST(CommandFindingsTest, PathWithAPercentSign) {
  EXPECT_EQ(faults(with("archive_command", "/opt/100%%/walstow-archive %p")),
            Texts{"warning archive_command runs \"/opt/100%/walstow-archive\", which belongs to "
                  "another installation than this program"});
}

TEST(CommandFindingsTest, HintHasThePathOfTheInstalledPrograms) {
  CheckResult result;
  add_commands(with("restore_command", "cp /mnt/%f %p"), RecoveryMode::kStandby,
               {.folder = "/usr/local/bin/", .find = installed, .read_file = read_file}, kArchive,
               result);
  EXPECT_EQ(result.findings.at(1).hint,
            "Set restore_command = '/usr/local/bin/walstow-restore %f %p', and reload the server.");
}

TEST(CommandFindingsTest, ServerThatArchivesNothing) {
  EXPECT_EQ(faults(with("archive_mode", "off")),
            Texts{"critical archive_mode is off, so this server archives nothing"});
  EXPECT_EQ(faults(with("archive_mode", "off"), RecoveryMode::kStandby),
            Texts{"warning archive_mode is off, so this server archives nothing"});
  EXPECT_EQ(faults(with("archive_library", "basic_archive")),
            Texts{"critical archive_library is \"basic_archive\", so this server does not run "
                  "archive_command"});
}

TEST(CommandFindingsTest, PathsThatLeadElsewhere) {
  EXPECT_EQ(faults(with("archive_command", "/usr/lib/walstow-archive %p")),
            Texts{"critical archive_command names \"/usr/lib/walstow-archive\", which this user "
                  "cannot execute"});
  EXPECT_EQ(faults(with("archive_command", "/opt/walstow-archive %p")),
            Texts{"warning archive_command runs \"/opt/walstow-archive\", which belongs to another "
                  "installation than this program"});
  EXPECT_EQ(faults(with("archive_command", "walstow-archive %p")),
            Texts{"warning archive_command names \"walstow-archive\" without its folder"});
}

TEST(CommandFindingsTest, MissingArguments) {
  EXPECT_EQ(faults(with("archive_command", "/usr/bin/walstow-archive %f")),
            Texts{"critical archive_command lacks an argument: /usr/bin/walstow-archive %f"});
  EXPECT_EQ(faults(with("restore_command", "/usr/bin/walstow-restore %f")),
            Texts{"critical restore_command lacks an argument: /usr/bin/walstow-restore %f"});
  EXPECT_EQ(
      faults(with("archive_cleanup_command", "/usr/bin/walstow-restore %r")),
      Texts{"critical archive_cleanup_command lacks an argument: /usr/bin/walstow-restore %r"});
}

TEST(CommandFindingsTest, HiddenExitCodes) {
  for (const std::string after : {" || true", "; exit 0", " | logger", " &", "\ntrue"}) {
    const std::string command = "/usr/bin/walstow-archive %p" + after;
    const Texts found = faults(with("archive_command", command));
    ASSERT_EQ(found.size(), 1U) << command;
    EXPECT_TRUE(
        found[0].starts_with("warning archive_command may hide the exit code of walstow-archive: "))
        << found[0];
  }
  for (const std::string& command :
       {std::string("test -f %p && /usr/bin/walstow-archive %p"),
        std::string("/usr/bin/walstow-archive %p && touch /run/archived"),
        std::string("/usr/bin/walstow-archive %p &>/dev/null")}) {
    EXPECT_EQ(faults(with("archive_command", command)), Texts()) << command;
  }
}

TEST(CommandFindingsTest, CommandsThatOnlyMentionTheProgram) {
  for (const std::string& command : {std::string("/bin/true # /usr/bin/walstow-archive %p"),
                                     std::string(": /usr/bin/walstow-archive %p"),
                                     std::string("echo /usr/bin/walstow-archive %p"),
                                     std::string("! /usr/bin/walstow-archive %p"),
                                     std::string("true || /usr/bin/walstow-archive %p"),
                                     std::string("/usr/bin/walstow-archive --version %p")}) {
    EXPECT_EQ(faults(with("archive_command", command)),
              Texts{"warning archive_command may not run walstow-archive: " + command});
  }
  for (const std::string& command :
       {std::string("exec /usr/bin/walstow-archive %p"),
        std::string("A=1 env B=2 nice -n 5 /usr/bin/walstow-archive %p"),
        std::string("timeout 300 /usr/bin/walstow-archive %p")}) {
    EXPECT_EQ(faults(with("archive_command", command)), Texts()) << command;
  }
  EXPECT_EQ(faults(with("archive_command", "/usr/bin/walstow-archive %%p")),
            Texts{"critical archive_command lacks an argument: /usr/bin/walstow-archive %%p"});
}

TEST(CommandFindingsTest, StandbyNeedsARestoreCommand) {
  EXPECT_EQ(faults(with("restore_command", "")), Texts());
  EXPECT_EQ(faults(with("restore_command", ""), RecoveryMode::kStandby),
            Texts{"warning restore_command is not set"});
  EXPECT_EQ(
      faults(with("archive_cleanup_command", "pg_archivecleanup /mnt %r"), RecoveryMode::kStandby),
      Texts{"warning archive_cleanup_command does not run walstow-restore: "
            "pg_archivecleanup /mnt %r"});
}

// Before PostgreSQL 12, a server without recovery.conf has no restore_command at all.
TEST(CommandFindingsTest, SettingsThatTheReleaseLacks) {
  EXPECT_EQ(faults({{"archive_mode", "on"}, {"archive_command", "/usr/bin/walstow-archive %p"}}),
            Texts());
}

}  // namespace
}  // namespace walstow
