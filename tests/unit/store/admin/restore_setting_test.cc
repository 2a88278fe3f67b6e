#include "store/admin/restore_setting.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

// The server's PATH may lack the folder, and exit code 127 would stop it.
TEST(RestoreSettingTest, ContainsThePathOfTheProgram) {
  EXPECT_EQ(restore_setting("/usr/bin/walstow-restore", {}, "main"),
            "/usr/bin/walstow-restore --cluster main %f %p");
}

TEST(RestoreSettingTest, ContainsTheOptionsOfThisCall) {
  EXPECT_EQ(restore_setting("/usr/bin/walstow-restore", {"--config", "/srv/a b.toml"}, "main"),
            "/usr/bin/walstow-restore --config '/srv/a b.toml' --cluster main %f %p");
}

// PostgreSQL replaces what follows a single one.
TEST(RestoreSettingTest, DoublesPercentSigns) {
  EXPECT_EQ(restore_setting("/opt/50%/walstow-restore", {}, "main"),
            "/opt/50%%/walstow-restore --cluster main %f %p");
}

}  // namespace
}  // namespace walstow
