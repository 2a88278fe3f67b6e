#include "store/admin/authorized_keys.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

const std::string kPublicKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGTVyUWDB3foP5s2fyeR8xqOeER4jtEDtnMGBiMZGZ23";
const std::string kFingerprint = "SHA256:/LQJTiYLh61gUeB7887+3Zr0Kem0PUy6a3v12Ec3US0";

std::string line(const ForcedCommand& command) {
  return authorized_keys_line(command, *parse_ssh_public_key(kPublicKey));
}

TEST(AuthorizedKeysTest, TheLineNamesTheClientAndItsKey) {
  EXPECT_EQ(line({.walstowd = "/usr/local/bin/walstowd",
                  .archive = "/var/lib/walstow/archive",
                  .client = "primary1"}),
            "restrict,command=\"/usr/local/bin/walstowd --stdio --as primary1 --key " +
                kFingerprint + " --archive /var/lib/walstow/archive\" " + kPublicKey + " primary1");
  EXPECT_EQ(line({.walstowd = "walstowd", .archive = "", .client = "a"}),
            "restrict,command=\"walstowd --stdio --as a --key " + kFingerprint + "\" " +
                kPublicKey + " a");
}

TEST(AuthorizedKeysTest, NoPathEndsTheOption) {
  const std::string quoted =
      line({.walstowd = "walstowd", .archive = "/a \"b\",c'd", .client = "a"});
  EXPECT_NE(quoted.find(" --archive '/a \\\"b\\\",c'\\''d'\" ssh-ed25519"), std::string::npos)
      << quoted;
}

}  // namespace
}  // namespace walstow
