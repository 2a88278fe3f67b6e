#include "restorer/command.h"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wal_samples.h"

namespace walstow {
namespace {

// Data directories, each with the signal file that it is named after; "neither" has none.
class DataDirectories : public testing::Test {
 protected:
  DataDirectories() {
    for (const char* const name : {"standby.signal", "recovery.signal", "neither"}) {
      fs::create_directories(path(name) + "/pg_wal");
      fs::create_directories(path(name) + "/global");
      std::vector<std::byte> control = samples::bytes_of_hex(samples::kControlFile1Mb);
      control.resize(kControlFileBytes);
      std::ofstream(path(name) + "/global/pg_control", std::ios::binary) << as_text(control);
    }
    for (const char* const name : {"standby.signal", "recovery.signal"}) {
      std::ofstream(path(name) + "/" + name);
    }
    fs::create_directories(path("no_data_directory") + "/pg_wal");
  }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  static std::vector<const char*> argv_of(const std::vector<std::string>& arguments) {
    std::vector<const char*> argv = {"walstow-restore"};
    for (const std::string& argument : arguments) {
      argv.push_back(argument.c_str());
    }
    return argv;
  }

 private:
  TemporaryFolder folder_;
};

// The mode must be right before the arguments are understood, or are wrong altogether.
class GuessOccasionTest : public DataDirectories {
 protected:
  static CallContext guess(const std::vector<std::string>& arguments) {
    const std::vector<const char*> argv = argv_of(arguments);
    return guess_context(static_cast<int>(argv.size()), argv.data());
  }
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

// A wrapper that changes the working directory, say: the server that asks may open its database.
TEST_F(GuessOccasionTest, AServerWithoutADataDirectoryIsTakenForOneInRecovery) {
  EXPECT_EQ(guess({"f", "pg_wal/RECOVERYXLOG"}).mode, RecoveryMode::kRecovery);
  EXPECT_EQ(guess({"f", "pg_wal/RECOVERYHISTORY"}).mode, RecoveryMode::kRecovery);
  EXPECT_EQ(guess({"f", path("no_data_directory") + "/pg_wal/RECOVERYXLOG"}).mode,
            RecoveryMode::kRecovery);
  EXPECT_EQ(guess({"f", path("neither") + "/pg_wal/RECOVERYXLOG"}).mode, RecoveryMode::kTool);
  EXPECT_EQ(guess({"f", path("standby.signal") + "/pg_wal/RECOVERYXLOG"}).mode,
            RecoveryMode::kStandby);
}

TEST_F(GuessOccasionTest, KnowsAReportOfARestartpoint) {
  EXPECT_TRUE(guess({"--restartpoint", "f"}).restartpoint);
  EXPECT_TRUE(guess({"--restartpoint=f"}).restartpoint);
  EXPECT_TRUE(guess({"--restartpoint"}).restartpoint);
  EXPECT_FALSE(guess({"f", "p"}).restartpoint);
  EXPECT_FALSE(guess({"--restartpoint-wait", "2s", "f", "p"}).restartpoint);
  EXPECT_FALSE(guess({"--restartpoint", "r", "f", "pg_wal/RECOVERYXLOG"}).restartpoint);
}

class RunRestoreTest : public DataDirectories {
 protected:
  RunRestoreTest() { std::ofstream(path("empty.toml")); }

  // The settings come from the words alone, and there is no such store.
  int run(std::vector<std::string> arguments) {
    const std::vector<std::string> settings = {"--config",         path("empty.toml"), "--store",
                                               path("no-archive"), "--cluster",        "main"};
    arguments.insert(arguments.begin(), settings.begin(), settings.end());
    const std::vector<const char*> argv = argv_of(arguments);
    context_ = guess_context(static_cast<int>(argv.size()), argv.data());
    return run_restore(static_cast<int>(argv.size()), argv.data(), context_);
  }
  ErrorKind kind_thrown(const std::vector<std::string>& arguments) {
    try {
      run(arguments);
    } catch (const Error& error) {
      return error.kind();
    }
    ADD_FAILURE() << "nothing thrown";
    return ErrorKind::kFatal;
  }

  CallContext context_;
};

constexpr const char* kRequested = "000000010000000000000007";

TEST_F(RunRestoreTest, ARestartpointOfAServerThatWasPromotedIsNoTrouble) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run({"--pgdata", path("neither"), "--restartpoint", kRequested}), 0);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(RunRestoreTest, ARestartpointOfNoServerIsAMistake) {
  EXPECT_EQ(kind_thrown({"--pgdata", path("no_data_directory"), "--restartpoint", kRequested}),
            ErrorKind::kInvalid);
  EXPECT_EQ(kind_thrown({"--pgdata", path("neither"), "--restartpoint", "%r"}), ErrorKind::kUsage);
}

TEST_F(RunRestoreTest, ARestartpointIsNotReportedInPlaceOfARestore) {
  const std::string recovery = path("recovery.signal") + "/pg_wal/RECOVERYXLOG";
  EXPECT_EQ(kind_thrown({"--restartpoint", kRequested, kRequested, recovery}), ErrorKind::kUsage);
  EXPECT_FALSE(context_.restartpoint);
  EXPECT_EQ(context_.mode, RecoveryMode::kRecovery);
}

TEST_F(RunRestoreTest, AWrongDataDirectoryDoesNotMakeAToolOfAServer) {
  const std::string recovery = path("recovery.signal") + "/pg_wal/RECOVERYXLOG";
  EXPECT_EQ(kind_thrown({"--pgdata", path("nowhere"), kRequested, recovery}), ErrorKind::kUsage);
  EXPECT_EQ(context_.mode, RecoveryMode::kRecovery);
}

TEST_F(RunRestoreTest, ANameThatNoStoreTakesIsAMistakeInTheSettings) {
  const std::string standby = path("standby.signal") + "/pg_wal/RECOVERYXLOG";
  EXPECT_EQ(kind_thrown({"--standby", "n\xf6rd", kRequested, standby}), ErrorKind::kUsage);
}

}  // namespace
}  // namespace walstow
