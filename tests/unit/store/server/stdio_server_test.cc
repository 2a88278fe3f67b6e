#include "store/server/stdio_server.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/thrown.h"

namespace walstow {
namespace {

TEST(StdioServerTest, AForcedCommandNamesItsClient) {
  const Caller plain = named_client("primary1", "");
  EXPECT_EQ(plain.kind, Caller::Kind::kNamed);
  EXPECT_EQ(plain.name, "primary1");
  EXPECT_EQ(plain.fingerprint, "");
  const Caller bound =
      named_client("primary1", "SHA256:/LQJTiYLh61gUeB7887+3Zr0Kem0PUy6a3v12Ec3US0");
  EXPECT_EQ(bound.fingerprint.substr(0, 15), "sha256:fcb4094e");
}

TEST(StdioServerTest, WhatIsNoNameAndNoFingerprintIsRefused) {
  for (const char* name : {"a/b", "*", ".x", "a b"}) {
    EXPECT_EQ(kind_thrown([&] { named_client(name, ""); }), ErrorKind::kUsage) << name;
  }
  EXPECT_EQ(kind_thrown([] { named_client("a", "SHA256:x"); }), ErrorKind::kUsage);
}

}  // namespace
}  // namespace walstow
