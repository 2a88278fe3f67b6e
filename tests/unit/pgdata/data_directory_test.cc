#include "proto/pgdata/data_directory.h"

#include <gtest/gtest.h>

#include <fstream>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wal_samples.h"

namespace walstow {
namespace {

class DataDirectoryTest : public testing::Test {
 protected:
  void write(const fs::path& name, std::string_view content = "") {
    fs::create_directories((folder_.path() / name).parent_path());
    std::ofstream(folder_.path() / name) << content;
  }
  // A control file as far as it matters: the identifier alone, little-endian.
  void write_control_file(std::uint64_t system) {
    std::vector<std::byte> bytes(kControlFileBytes);
    store_little_endian(system, bytes, 0);
    write("global/pg_control", as_text(bytes));
  }
  std::string path() const { return folder_.path().string(); }

  TemporaryFolder folder_;
};

TEST_F(DataDirectoryTest, IsOneWithAControlFile) {
  EXPECT_FALSE(is_data_directory(path()));
  EXPECT_FALSE(is_data_directory(path() + "/nowhere"));
  write("standby.signal");
  EXPECT_FALSE(is_data_directory(path()));
  write_control_file(1);
  EXPECT_TRUE(is_data_directory(path()));
  EXPECT_FALSE(is_data_directory(path() + "/standby.signal"));
}

TEST_F(DataDirectoryTest, PostmasterPidTellsProcessAndStop) {
  EXPECT_FALSE(read_postmaster(path()));
  write("postmaster.pid");
  EXPECT_FALSE(read_postmaster(path()));
  const std::string rest = "/data\n1795376491\n5432\n/tmp\nlocalhost\n  5432001         3\n";
  write("postmaster.pid", "1\n" + rest + "ready   \n");
  ASSERT_TRUE(read_postmaster(path()));
  EXPECT_EQ(read_postmaster(path())->process, 1U);
  EXPECT_FALSE(read_postmaster(path())->stopping);
  write("postmaster.pid", "4711\n" + rest + "stopping\n");
  EXPECT_EQ(read_postmaster(path())->process, 4711U);
  EXPECT_TRUE(read_postmaster(path())->stopping);
  write("postmaster.pid", "4711\n" + rest);  // PostgreSQL 9.6
  EXPECT_FALSE(read_postmaster(path())->stopping);
  EXPECT_EQ(read_postmaster(path())->started,
            std::chrono::system_clock::time_point(std::chrono::seconds(1795376491)));
  write("postmaster.pid", "4711\n/data\n");
  EXPECT_FALSE(read_postmaster(path())->started);
  write("postmaster.pid", "-4711\n");  // postgres --single
  EXPECT_EQ(read_postmaster(path())->process, 0U);
}

TEST_F(DataDirectoryTest, ReceivesInRecoverySinceTheSecondAfterItsStart) {
  const std::string pid = "4711\n/data\n1795376491\n5432\n";
  const auto write_state = [this](std::uint32_t state, std::uint32_t version) {
    std::vector<std::byte> bytes = samples::bytes_of_hex(samples::kControlFile1Mb);
    bytes.resize(kControlFileBytes);
    store_little_endian(version, bytes, 8);
    store_little_endian(state, bytes, 16);
    write("global/pg_control", as_text(bytes));
  };
  write("postmaster.pid", pid);
  EXPECT_FALSE(receives_since(path())) << "no control file";
  write_state(5, 1300);
  EXPECT_EQ(receives_since(path()),
            std::chrono::system_clock::time_point(std::chrono::seconds(1795376492)));
  for (const std::uint32_t state : {0U, 1U, 2U, 3U, 4U, 6U}) {
    write_state(state, 1300);
    EXPECT_FALSE(receives_since(path())) << state;
  }
  write_state(5, 1906);
  EXPECT_FALSE(receives_since(path())) << "a later release may have other numbers";
  write_state(5, 1300);
  fs::remove(folder_.path() / "postmaster.pid");
  EXPECT_FALSE(receives_since(path()));
}

TEST_F(DataDirectoryTest, TheModeComesFromTheSignalFiles) {
  struct {
    std::vector<std::string> files;
    RecoveryMode mode;
  } const cases[] = {
      {{}, RecoveryMode::kTool},
      {{"postmaster.pid"}, RecoveryMode::kTool},
      {{"recovery.done"}, RecoveryMode::kTool},
      {{"standby.signal"}, RecoveryMode::kStandby},
      {{"recovery.signal"}, RecoveryMode::kRecovery},
      {{"standby.signal", "recovery.signal"}, RecoveryMode::kStandby},
      {{"recovery.conf"}, RecoveryMode::kRecovery},
  };
  for (const auto& test : cases) {
    for (const std::string& file : test.files) {
      write(file);
    }
    EXPECT_EQ(to_string(recovery_mode(path())), to_string(test.mode))
        << testing::PrintToString(test.files);
    for (const std::string& file : test.files) {
      fs::remove(folder_.path() / file);
    }
  }
}

TEST_F(DataDirectoryTest, BeforePostgreSql12StandbyModeIsInRecoveryConf) {
  struct {
    const char* content;
    RecoveryMode mode;
  } const cases[] = {
      {"standby_mode = 'on'\n", RecoveryMode::kStandby},
      {"standby_mode=on", RecoveryMode::kStandby},
      {"restore_command = 'x'\n  Standby_Mode 'TRUE' # comment\n", RecoveryMode::kStandby},
      {"standby_mode = 'y'\n", RecoveryMode::kStandby},
      {"standby_mode = 1\n", RecoveryMode::kStandby},
      {"standby_mode = off\nstandby_mode = on\n", RecoveryMode::kStandby},
      {"standby_mode = on\nstandby_mode = off\n", RecoveryMode::kRecovery},
      {"standby_mode = 'off'\n", RecoveryMode::kRecovery},
      {"standby_mode = 'of'\n", RecoveryMode::kRecovery},
      {"standby_mode =\n", RecoveryMode::kRecovery},
      {"#standby_mode = on\n", RecoveryMode::kRecovery},
      {"standby_mode_x = on\n", RecoveryMode::kRecovery},
      {"restore_command = 'standby_mode = on'\n", RecoveryMode::kRecovery},
      {"", RecoveryMode::kRecovery},
  };
  for (const auto& test : cases) {
    write("recovery.conf", test.content);
    EXPECT_EQ(to_string(recovery_mode(path())), to_string(test.mode)) << test.content;
  }
}

TEST_F(DataDirectoryTest, AnAbsentFolderIsOfNoServer) {
  EXPECT_EQ(recovery_mode(path() + "/nowhere"), RecoveryMode::kTool);
  EXPECT_FALSE(read_control_file(path() + "/nowhere"));
}

TEST_F(DataDirectoryTest, WhereItCannotBeToldTheModeIsTheOneThatLosesNothing) {
  // A link that goes in a circle cannot be looked at, by root neither.
  fs::create_symlink("recovery.signal", folder_.path() / "recovery.signal");
  EXPECT_EQ(recovery_mode(path()), RecoveryMode::kRecovery);
  fs::remove(folder_.path() / "recovery.signal");
  fs::create_symlink("standby.signal", folder_.path() / "standby.signal");
  EXPECT_EQ(recovery_mode(path()), RecoveryMode::kRecovery);
}

TEST_F(DataDirectoryTest, IsFoundFromThePathOfTheFile) {
  write_control_file(1);
  const std::string elsewhere = path() + "/global";
  struct {
    std::string pgdata;
    std::string wal_path;
    std::string found;
  } const cases[] = {
      {"", "pg_wal/RECOVERYXLOG", "."},
      {"", "RECOVERYXLOG", "."},
      {"", "", "."},
      {"", "no/such/pg_wal/RECOVERYXLOG", "."},
      {"", "/srv/data/pg_wal/000000010000000000000001", "/srv/data"},
      {"", path() + "/pg_wal/000000010000000000000001", path()},
      {elsewhere, path() + "/pg_wal/000000010000000000000001", elsewhere},
      {elsewhere, "pg_wal/RECOVERYXLOG", elsewhere},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(find_data_directory(test.pgdata, test.wal_path), test.found) << test.wal_path;
  }
}

TEST_F(DataDirectoryTest, ARelativePathMayLeadToADataDirectory) {
  write_control_file(1);
  const std::string relative = fs::relative(folder_.path()).string();
  EXPECT_EQ(find_data_directory("", relative + "/pg_wal/000000010000000000000001"), relative);
}

TEST_F(DataDirectoryTest, ThePathCountsAsWrittenWherePgWalIsALink) {
  TemporaryFolder other;
  fs::create_directory_symlink(other.path(), folder_.path() / "pg_wal");
  EXPECT_EQ(find_data_directory("", path() + "/pg_wal/RECOVERYXLOG"), path());
}

// The control file of a release that is newer than this program: only its first bytes are known.
TEST_F(DataDirectoryTest, TheSegmentsTellTheirSizeWhereTheControlFileDoesNot) {
  write_control_file(samples::kSystem16Mb);
  EXPECT_EQ(find_server_identity(path(), "").segment_size, std::nullopt);
  const auto write_segment = [this](const char* name, const samples::PageFields& fields) {
    auto bytes = samples::page_header(fields);
    bytes.resize(fields.segment_size);
    write(fs::path("pg_wal") / name, as_text(bytes));
  };
  constexpr std::uint32_t kSize = 2U << 20;
  write("pg_wal/000000010000000000000002", std::string(kSize, '\0'));  // preallocated
  write_segment("000000010000000000000003", {.page_address = 3 * kSize,
                                             .system_identifier = samples::kSystem1Mb,
                                             .segment_size = kSize / 2});
  fs::create_directories(folder_.path() / "pg_wal/000000010000000000000001");  // no file
  EXPECT_EQ(find_server_identity(path(), "").segment_size, std::nullopt) << "of another cluster";
  write_segment("000000010000000000000004",
                {.magic = 0xD130, .page_address = 4 * kSize, .segment_size = kSize});
  EXPECT_EQ(find_server_identity(path(), "").segment_size, SegmentSize::from_bytes(kSize));
}

TEST_F(DataDirectoryTest, TheControlFileTellsTheSystem) {
  EXPECT_FALSE(find_server_identity(path(), "").system_identifier);
  EXPECT_EQ(find_server_identity(path(), "12").system_identifier, 12);
  write_control_file(samples::kSystem1Mb);
  EXPECT_EQ(find_server_identity(path(), "").system_identifier, samples::kSystem1Mb);
  EXPECT_EQ(find_server_identity(path(), "12").system_identifier, 12);
}

TEST_F(DataDirectoryTest, RefusesWhatIsNoSystemIdentifier) {
  for (const char* const text : {"0", "-1", "x", "1 ", "0x10", "18446744073709551616"}) {
    EXPECT_THROW(find_server_identity(path(), text), Error) << text;
  }
}

TEST_F(DataDirectoryTest, AControlFileThatIsNoneIsAnErrorAndNotAnAbsence) {
  write("global/pg_control", "short");
  EXPECT_THROW(read_control_file(path()), Error);
  fs::remove(folder_.path() / "global/pg_control");
  fs::create_directory(folder_.path() / "global/pg_control");
  EXPECT_THROW(read_control_file(path()), Error);
}

}  // namespace
}  // namespace walstow
