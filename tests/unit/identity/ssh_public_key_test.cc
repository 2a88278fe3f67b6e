#include "proto/identity/ssh_public_key.h"

#include <gtest/gtest.h>

#include "proto/identity/public_key.h"

namespace walstow {
namespace {

// Made by ssh-keygen, which shows the fingerprint so.
const std::string kLine =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGTVyUWDB3foP5s2fyeR8xqOeER4jtEDtnMGBiMZGZ23";
constexpr std::string_view kFingerprint = "SHA256:/LQJTiYLh61gUeB7887+3Zr0Kem0PUy6a3v12Ec3US0";

TEST(SshPublicKeyTest, ALineOfAPubFileIsRead) {
  for (const std::string& line :
       {kLine, kLine + " a comment\n", "\t" + kLine + "\r\n", kLine + " x\nanother line\n"}) {
    const auto key = parse_ssh_public_key(line);
    ASSERT_TRUE(key) << line;
    EXPECT_EQ(key->type, "ssh-ed25519");
    EXPECT_EQ(to_text(*key), kLine);
    EXPECT_EQ(ssh_fingerprint(key->blob), kFingerprint);
  }
}

TEST(SshPublicKeyTest, WhatIsNoKeyIsNone) {
  const std::string base64 = kLine.substr(kLine.find(' ') + 1);
  for (const std::string& line : {
           std::string(),
           std::string("ssh-ed25519"),
           base64,
           "ssh-rsa " + base64,  // the blob says otherwise
           "restrict " + kLine,
           kLine.substr(0, kLine.size() - 1),                // no base64
           std::string("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"),  // a name without a key
           std::string("ssh-ed25519 AAAA"),
           std::string("-----BEGIN OPENSSH PRIVATE KEY-----"),
       }) {
    EXPECT_FALSE(parse_ssh_public_key(line)) << line;
  }
}

TEST(SshPublicKeyTest, ABlobNamesItsType) {
  const auto blob = [](std::string_view text) { return as_bytes(text); };
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(ssh_key_type(blob("\0\0\0\1a.."sv)), "a");
  EXPECT_FALSE(ssh_key_type(blob("\0\0\0\1a"sv)));
  EXPECT_FALSE(ssh_key_type(blob("\0\0\0\0abc"sv)));
  EXPECT_FALSE(ssh_key_type(blob("\0\0\0\2a\n.."sv)));
  EXPECT_FALSE(ssh_key_type(blob("\xff\xff\xff\xff abc"sv)));
  EXPECT_FALSE(ssh_key_type(blob("0Y0\x13\x06\x07*\x86H\xce=\x02\x01"sv)));  // a certificate's
}

TEST(SshPublicKeyTest, TheRegistrysFingerprintIsTheSameHash) {
  const auto key = parse_ssh_public_key(kLine);
  EXPECT_EQ(parse_ssh_fingerprint(kFingerprint), key_fingerprint(key->blob));
  EXPECT_EQ(ssh_key_of(to_base64(key->blob)), key);
  for (const char* text : {"", "SHA256:", "SHA256:abc", "sha256:/LQJTiYLh61gUeB7887",
                           "MD5:/LQJTiYLh61gUeB7887+3Zr0Kem0PUy6a3v12Ec3US0",
                           "SHA256:/LQJTiYLh61gUeB7887+3Zr0Kem0PUy6a3v12Ec3US0="}) {
    EXPECT_FALSE(parse_ssh_fingerprint(text)) << text;
  }
}

}  // namespace
}  // namespace walstow
