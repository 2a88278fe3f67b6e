#include "restorer/command.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

// The mode must be right before the arguments are understood, or are wrong altogether.
class GuessOccasionTest : public testing::Test {
 protected:
  GuessOccasionTest() {
    for (const char* const name : {"standby.signal", "recovery.signal"}) {
      std::filesystem::create_directories(path(name) + "/pg_wal");
      std::ofstream(path(name) + "/" + name);
    }
    std::filesystem::create_directories(path("neither") + "/pg_wal");
  }
  std::string path(const std::string& name) const { return folder_.path() / name; }

  static Occasion guess(std::vector<std::string> arguments) {
    std::vector<const char*> argv = {"walstow-restore"};
    for (const std::string& argument : arguments) {
      argv.push_back(argument.c_str());
    }
    return guess_occasion(static_cast<int>(argv.size()), argv.data());
  }

  TemporaryFolder folder_;
};

TEST_F(GuessOccasionTest, FindsTheDataDirectoryWhereverItIsNamed) {
  const std::string recovery = path("recovery.signal");
  const std::vector<std::string> calls[] = {
      {"f", recovery + "/pg_wal/RECOVERYXLOG"},
      {"--pgdata", recovery, "f", "p"},
      {"--pgdata=" + recovery, "f", "p"},
      {"-D", recovery, "f", "p"},
      {"-D" + recovery, "f", "p"},
      {"--no-such-option", "f", recovery + "/pg_wal/RECOVERYXLOG"},
      {recovery + "/pg_wal/RECOVERYXLOG"},
      {"--pgdata", path("standby.signal"), "f", recovery + "/pg_wal/RECOVERYXLOG"},
      {"--pgdata", recovery, "f", path("standby.signal") + "/pg_wal/RECOVERYXLOG"},
  };
  for (const auto& call : calls) {
    EXPECT_EQ(guess(call).mode, RecoveryMode::kRecovery) << testing::PrintToString(call);
  }
  const std::string standby = path("standby.signal");
  EXPECT_EQ(guess({"f", standby + "/pg_wal/RECOVERYXLOG"}).mode, RecoveryMode::kStandby);
  EXPECT_EQ(guess({"-D", path("neither"), "f", standby + "/pg_wal/x"}).mode,
            RecoveryMode::kStandby);
}

TEST_F(GuessOccasionTest, ElsewhereItIsATool) {
  EXPECT_EQ(guess({}).mode, RecoveryMode::kTool);
  EXPECT_EQ(guess({"--pgdata"}).mode, RecoveryMode::kTool);
  EXPECT_EQ(guess({"f", path("neither") + "/pg_wal/000000010000000000000001"}).mode,
            RecoveryMode::kTool);
}

TEST_F(GuessOccasionTest, KnowsAReportOfARestartpoint) {
  EXPECT_TRUE(guess({"--restartpoint", "f"}).restartpoint);
  EXPECT_TRUE(guess({"--restartpoint=f"}).restartpoint);
  EXPECT_TRUE(guess({"--restartpoint"}).restartpoint);
  EXPECT_FALSE(guess({"f", "p"}).restartpoint);
  EXPECT_FALSE(guess({"--restartpoint-wait", "2s", "f", "p"}).restartpoint);
}

}  // namespace
}  // namespace walstow
