#include "store/admin/client_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

class ClientFolderTest : public testing::Test {
 protected:
  ClientFolderTest() : umask_before_(::umask(0022)) {}
  ~ClientFolderTest() override { ::umask(umask_before_); }

  static unsigned mode_of(const std::string& path) {
    return static_cast<unsigned>(fs::status(path).permissions());
  }

  const mode_t umask_before_;
  const TemporaryFolder folder_;
  const std::string path_ = (folder_.path() / "primary1").string();
};

TEST_F(ClientFolderTest, OnlyTheKeyIsASecret) {
  ClientFolder client(path_);
  client.write("client.crt", "certificate");
  client.write_key("client.key", "key");
  client.keep();
  EXPECT_EQ(mode_of(path_), 0700U);
  EXPECT_EQ(mode_of(path_ + "/client.crt"), 0644U);
  EXPECT_EQ(mode_of(path_ + "/client.key"), 0600U);
}

TEST_F(ClientFolderTest, GoesAwayUnlessItIsKept) {
  {
    ClientFolder client(path_);
    client.write("client.crt", "certificate");
    client.write_key("client.key", "key");
    EXPECT_TRUE(fs::exists(path_ + "/client.key"));
  }
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(ClientFolderTest, HoldsWhatWasWrittenAndNothingElse) {
  {
    ClientFolder client(path_);
    client.write("client.crt", "certificate");
    client.keep();
  }
  for (const fs::path& file : fs::directory_iterator(path_)) {
    EXPECT_EQ(file.filename(), "client.crt");
  }
  EXPECT_EQ(fs::file_size(path_ + "/client.crt"), 11U);
}

TEST_F(ClientFolderTest, AFolderThatStandsIsLeftAlone) {
  fs::create_directory(path_);
  std::ofstream(path_ + "/client.key") << "of another client";
  EXPECT_THROW(ClientFolder{path_}, Error);
  EXPECT_TRUE(fs::exists(path_ + "/client.key"));
}

TEST_F(ClientFolderTest, APathMayEndWithASlash) {
  ClientFolder client(path_ + "/");
  EXPECT_EQ(client.path(), path_);
}

TEST_F(ClientFolderTest, TheFolderAboveMustBeThere) {
  EXPECT_THROW(ClientFolder((folder_.path() / "nowhere/primary1").string()), Error);
}

TEST_F(ClientFolderTest, ANewCertificateTakesTheOldOnesPlace) {
  EXPECT_EQ(write_client_file(path_, "client.crt", "old"), path_ + "/client.crt");
  std::ofstream(path_ + "/client.key") << "key";
  write_client_file(path_, "client.crt", "newer");
  EXPECT_EQ(fs::file_size(path_ + "/client.crt"), 5U);
  EXPECT_EQ(mode_of(path_), 0700U);
  EXPECT_EQ(std::distance(fs::directory_iterator(path_), fs::directory_iterator()), 2);
}

}  // namespace
}  // namespace walstow
