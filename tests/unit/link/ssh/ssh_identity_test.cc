#include "proto/link/ssh/ssh_identity.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>

#include "proto/identity/public_key.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

std::string string_of(std::string_view text) {
  std::string result(4, '\0');
  result[3] = static_cast<char>(text.size());
  return result.append(text);
}

// OpenSSH's private format, with something else in the place of the secret.
std::string openssh_key(std::string_view type, std::string_view cipher = "none") {
  std::string content = std::string("openssh-key-v1") + '\0' + string_of(cipher) +
                        string_of(cipher == "none" ? "none" : "bcrypt") + string_of("") +
                        std::string("\0\0\0\1", 4) + string_of(string_of(type) + string_of("abc")) +
                        string_of("secret");
  std::string base64 = to_base64(as_bytes(content));
  for (std::size_t at = 70; at < base64.size(); at += 71)
    base64.insert(at, "\n");
  return "-----BEGIN OPENSSH PRIVATE KEY-----\n" + base64 + "\n-----END OPENSSH PRIVATE KEY-----\n";
}

class SshIdentityTest : public testing::Test {
 protected:
  std::string write(const std::string& content, mode_t mode = 0600) {
    const std::string path = (folder_.path() / "key").string();
    std::ofstream(path) << content;
    chmod(path.c_str(), mode);
    return path;
  }
  std::string message(const std::string& content, mode_t mode = 0600) {
    try {
      read_ssh_key_file(write(content, mode));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_NE(error.hint(), "");
      return error.what();
    }
    return {};
  }

  TemporaryFolder folder_;
};

TEST_F(SshIdentityTest, KeysWithoutAPassphraseAreRead) {
  for (const std::string& text :
       {openssh_key("ssh-ed25519"), openssh_key("ecdsa-sha2-nistp256"), openssh_key("ssh-rsa"),
        std::string("-----BEGIN EC PRIVATE KEY-----\n"),
        std::string("-----BEGIN RSA PRIVATE KEY-----\n"),
        std::string("-----BEGIN PRIVATE KEY-----\n")}) {
    EXPECT_EQ(read_ssh_key_file(write(text)).text, text);
  }
}

TEST_F(SshIdentityTest, APassphraseIsNeverAskedFor) {
  for (const std::string& text :
       {openssh_key("ssh-ed25519", "aes256-ctr"),
        std::string("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"),
        std::string("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n")}) {
    EXPECT_NE(message(text).find("passphrase"), std::string::npos) << text;
  }
}

TEST_F(SshIdentityTest, AKeyThatOthersMayReadIsRefused) {
  EXPECT_NE(message(openssh_key("ssh-ed25519"), 0644).find("mode 0644"), std::string::npos);
}

TEST_F(SshIdentityTest, WhatIsNoPrivateKeyIsNamed) {
  EXPECT_NE(message("ssh-ed25519 "
                    "AAAAC3NzaC1lZDI1NTE5AAAAIGTVyUWDB3foP5s2fyeR8xqOeER4jtEDtnMGBiMZGZ23 x\n")
                .find("is a public key"),
            std::string::npos);
  EXPECT_NE(message(openssh_key("sk-ssh-ed25519@openssh.com")).find("security key"),
            std::string::npos);
  const std::string whole = openssh_key("ssh-ed25519");
  for (const std::string& text :
       {std::string(), std::string("x"), whole.substr(0, whole.size() / 2),
        std::string(
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"),
        std::string("-----BEGIN CERTIFICATE-----\n")}) {
    EXPECT_NE(message(text).find("PEM"), std::string::npos) << text;
  }
  EXPECT_EQ(kind_thrown([&] { read_ssh_key_file((folder_.path() / "absent").string()); }),
            ErrorKind::kUsage);
}

}  // namespace
}  // namespace walstow
