#include "proto/pgdata/server_settings.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/files/file_system.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

using Words = std::vector<std::string>;

TEST(ServerSettingsTest, PostmasterOptions) {
  EXPECT_EQ(parse_postmaster_options("/usr/lib/postgresql/15/bin/postgres \"-D\" \"/var/lib/a b\" "
                                     "\"-c\" \"config_file=/etc/p.conf\"\n"),
            (Words{"/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/a b", "-c",
                   "config_file=/etc/p.conf"}));
  EXPECT_EQ(parse_postmaster_options("/usr/bin/postgres\n"), Words{"/usr/bin/postgres"});
  EXPECT_EQ(parse_postmaster_options("/usr/bin/postgres \"-c\" \"a=\"b\"\n"),
            (Words{"/usr/bin/postgres", "-c", "a=\"b"}));
  for (const char* const text : {"", "/usr/bin/postgres", "\n", "/usr/bin/postgres \"-D\n"})
    EXPECT_EQ(parse_postmaster_options(text), Words()) << text;
}

TEST(ServerSettingsTest, RecoveryConf) {
  const char* const text =
      "# restore_command = 'no'\n"
      "standby_mode = on\n"
      "  Restore_Command='cp ''a b'' %p' # a comment\n"
      "archive_cleanup_command 'x'\n"
      "restore_command = 'the last one counts'\n";
  EXPECT_EQ(recovery_conf_value(text, "restore_command"), "the last one counts");
  EXPECT_EQ(recovery_conf_value(text, "archive_cleanup_command"), "x");
  EXPECT_EQ(recovery_conf_value(text, "standby_mode"), "on");
  EXPECT_EQ(recovery_conf_value(text, "other"), std::nullopt);
  EXPECT_EQ(
      recovery_conf_value(R"(restore_command = 'cp \'a b\' C:\\x %p' # no)", "restore_command"),
      R"(cp 'a b' C:\x %p)");
  EXPECT_EQ(recovery_conf_value(R"(restore_command = 'a\tb\n\)", "restore_command"), "a\tb\n\\");
  EXPECT_EQ(recovery_conf_value("restore_command = 'cp ''a b'' %p'", "restore_command"),
            "cp 'a b' %p");
}

// A shell script in place of postgres.
class ServerTest : public testing::Test {
 protected:
  void server(const std::string& script, const std::string& options = "-D/data") {
    const auto files = open_posix_file_system(folder_.path().string());
    write_durably(*files, "postgres", "#!/bin/sh\n" + script);
    fs::permissions(folder_.path() / "postgres", fs::owner_all);
    write_durably(*files, "postmaster.opts",
                  fmt::format("{} \"{}\"\n", (folder_.path() / "postgres").string(), options));
  }
  ServerTest() : before_(fs::current_path()) { fs::current_path(folder_.path()); }
  ~ServerTest() override { fs::current_path(before_); }
  static ServerSettings read() { return read_server_settings(Deadline::after(Duration(20'000))); }
  // "": it throws no Error.
  std::string failure() {
    try {
      read();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  TemporaryFolder folder_;
  fs::path before_;
};

TEST_F(ServerTest, PrintsItsSettings) {
  server(R"([ "$3 $LC_ALL" = "-D/data C" ] || exit 9
case $2 in
  archive_library) echo 'unrecognized configuration parameter "archive_library"' >&2; exit 1 ;;
  archive_mode) echo on ;;
  *) echo "value of $2" ;;
esac)");
  EXPECT_EQ(read(),
            (ServerSettings{{"archive_mode", "on"},
                            {"archive_command", "value of archive_command"},
                            {"restore_command", "value of restore_command"},
                            {"archive_cleanup_command", "value of archive_cleanup_command"}}));
}

TEST_F(ServerTest, OldReleaseHasARecoveryConf) {
  server("echo on");
  write_durably(*open_posix_file_system(folder_.path().string()), "recovery.conf",
                "restore_command = 'a'\n");
  const ServerSettings settings = read();
  EXPECT_EQ(settings.at("restore_command"), "a");
  EXPECT_EQ(settings.at("archive_cleanup_command"), "");
}

TEST_F(ServerTest, FailureNamesItsCause) {
  server("echo 'FATAL:  configuration file contains errors' >&2; exit 1");
  EXPECT_NE(failure().find("configuration file contains errors"), std::string::npos) << failure();
}

TEST_F(ServerTest, RelativePaths) {
  // It has the data directory's name.
  server(R"([ "$3" = -D. ] || exit 9; echo on)",
         fmt::format("-Dsome/{}", folder_.path().filename().string()));
  EXPECT_EQ(failure(), "");
  for (const char* const option : {"-Dconf", "--config_file=conf/postgresql.conf"}) {
    server("echo on", option);
    EXPECT_NE(failure().find("was started with a relative path"), std::string::npos) << failure();
  }
}

// As in a container: the server found its data directory in $PGDATA.
TEST_F(ServerTest, StartedWithoutOptions) {
  server(R"([ "$3 $4" = "-D ." ] || exit 9; echo on)");
  write_durably(*open_posix_file_system("."), "postmaster.opts",
                (folder_.path() / "postgres").string() + "\n");
  EXPECT_EQ(failure(), "");
}

TEST_F(ServerTest, NeverStarted) {
  EXPECT_NE(failure().find("postmaster.opts"), std::string::npos) << failure();
}

}  // namespace
}  // namespace walstow
