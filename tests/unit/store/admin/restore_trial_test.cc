#include "store/admin/check/restore_trial.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "proto/base/filesystem.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wal_samples.h"

namespace walstow {
namespace {

constexpr const char* kName = "000000010000000000000002";

// Restores with a shell command in place of walstow-restore, next to a pg_wal that has the segment.
class RestoreTrialTest : public testing::Test {
 protected:
  RestoreTrialTest() : wal_(open_posix_file_system(folder_.path().string())) {
    write_durably(*wal_, kName, "the segment's bytes");
  }
  CheckFinding finding(const std::string& command, Duration within = Duration(10'000)) {
    CheckResult result;
    add_restore_trial({.command = command,
                       .file = WalFileName::parse(kName).value(),
                       .wal_folder = *wal_,
                       .system_identifier = std::nullopt,
                       .deadline = Deadline::after(within)},
                      result);
    EXPECT_EQ(result.findings.size(), 1U);
    return result.findings.at(0);
  }

  TemporaryFolder folder_;
  std::unique_ptr<FileSystem> wal_;
};

TEST_F(RestoreTrialTest, SameBytes) {
  const CheckFinding found = finding("cp " + folder_.path().string() + "/%f %p");
  EXPECT_EQ(found.severity, Severity::kOk) << found.text;
  EXPECT_TRUE(found.text.starts_with(std::string(kName) + " was restored in ")) << found.text;
}

TEST_F(RestoreTrialTest, OtherBytes) {
  const CheckFinding found = finding("echo other >%p");
  EXPECT_EQ(found.severity, Severity::kCritical);
  EXPECT_EQ(found.text,
            std::string("could not restore ") + kName + ": it differs from the file in pg_wal");
}

TEST_F(RestoreTrialTest, Failures) {
  EXPECT_EQ(finding("echo 'cause of it' >&2; exit 2").text,
            std::string("could not restore ") + kName + ": exit code 2: cause of it");
  EXPECT_EQ(finding("true").text,
            std::string("could not restore ") + kName + ": exit code 0, but there is no file");
  EXPECT_EQ(finding("exec sleep 60", Duration(50)).text,
            std::string("could not restore ") + kName + ": it did not end in time");
}

TEST_F(RestoreTrialTest, ASignalLeavesNothing) {
  const TemporaryFolder scratch;
  const std::string command =
      "cp " + folder_.path().string() + "/%f %p; kill -TERM $PPID; exec sleep 60";
  EXPECT_EXIT(
      {
        setenv("TMPDIR", scratch.path().c_str(), 1);
        finding(command);
      },
      testing::KilledBySignal(SIGTERM), "");
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

// The server has recycled its copy: then the header must be that of the segment.
TEST_F(RestoreTrialTest, HeaderIsCheckedWithoutACopy) {
  wal_->remove(kName);
  EXPECT_NE(finding("echo nothing of the kind, and long enough for a header >%p").severity,
            Severity::kOk);
}

TEST(RestoreCommandLineTest, ReplacesAsPostgresqlDoes) {
  EXPECT_EQ(restore_command_line("a %f 'b %p' %r 100%% %x %", "F", "/P"), "a F 'b /P' F 100% %x %");
}

}  // namespace
}  // namespace walstow
