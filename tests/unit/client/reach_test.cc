#include "proto/client/reach.h"

#include <gtest/gtest.h>

#include "proto/base/filesystem.h"
#include "proto/client/client_settings.h"

namespace walstow {
namespace {

class ReachTest : public testing::Test {
 protected:
  Words options() const { return reach_of(settings_).options; }

  const std::vector<Setting> table_ = client_settings();
  Settings settings_{table_};
  const std::string here_ = fs::current_path().string() + "/";
};

TEST_F(ReachTest, WhatAnotherProcessReadsByItselfIsLeftOut) {
  EXPECT_EQ(options(), Words{});
  settings_.set("store", "/srv/wal", "\"/etc/walstow/walstow.toml\", line 1");
  settings_.set("tls.ca", "/etc/ca.crt", "\"/etc/walstow/walstow.toml\", line 2");
  EXPECT_EQ(options(), Words{});
}

TEST_F(ReachTest, WhatWasGivenToThisOneGoesAlong) {
  settings_.set_explicit_file("a b.toml");
  settings_.set("store", "/srv/wal", "--store");
  settings_.set("ssh.identity", "agent", "--ssh-identity");
  settings_.set("tls.key", "keys/k", "WALSTOW_TLS_KEY");
  settings_.set("ssh.user", "-x", "--ssh-user");
  const Words expected{"--config",      here_ + "a b.toml", "--store",
                       "/srv/wal",      "--tls-key",        here_ + "keys/k",
                       "--ssh-user=-x", "--ssh-identity",   "agent"};
  EXPECT_EQ(options(), expected);
}

TEST_F(ReachTest, ARelativePathOfAFileIsOneOfThisFolder) {
  settings_.set_explicit_file("/etc/w.toml");
  settings_.set("tls.ca", "ca.crt", "\"/etc/w.toml\", line 2");
  settings_.set("walstowd", "walstowd", "\"/etc/w.toml\", line 3");
  EXPECT_EQ(options(), (Words{"--config", "/etc/w.toml", "--tls-ca", here_ + "ca.crt"}));
}

TEST_F(ReachTest, TheClusterIsNamedByTheCommandsThemselves) {
  settings_.set("cluster", "other", "--cluster");
  EXPECT_EQ(options(), Words{});
  EXPECT_EQ(reach_of(settings_).cluster, "other");
}

TEST(ReachOfArchiveTest, IsAPathFromAnyFolderOrAUrl) {
  const std::string here = fs::current_path().string() + "/";
  EXPECT_EQ(reach_of_archive("wal").options, (Words{"--store", here + "wal"}));
  EXPECT_EQ(reach_of_archive("-wal").options, (Words{"--store", here + "-wal"}));
  EXPECT_EQ(reach_of_archive("/srv/wal").options, (Words{"--store", "/srv/wal"}));
  EXPECT_EQ(reach_of_archive("s3://b/p").options, (Words{"--store", "s3://b/p"}));
  EXPECT_EQ(reach_of_archive("").options, Words{});
}

}  // namespace
}  // namespace walstow
