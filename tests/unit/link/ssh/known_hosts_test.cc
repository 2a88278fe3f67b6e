#include "proto/link/ssh/known_hosts.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

const std::string kEd25519 =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGTVyUWDB3foP5s2fyeR8xqOeER4jtEDtnMGBiMZGZ23";
const std::string kEcdsa =
    "ecdsa-sha2-nistp256 "
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBIr4o4qLXjDdC2UdvBmkczDG3ek8z0s26wLugBoyQ4"
    "kmj1mCGu4NB+1+qJsK6GRw4gqzXPCXNv59zBFBABZXObM=";

const SshPublicKey& key_of(const std::string& text) {
  static const SshPublicKey ed25519 = *parse_ssh_public_key(kEd25519);
  static const SshPublicKey ecdsa = *parse_ssh_public_key(kEcdsa);
  return text == kEd25519 ? ed25519 : ecdsa;
}

HostPort host(std::string name, std::uint16_t port = kSshPort) {
  return {.host = std::move(name), .port = port};
}

HostKeyVerdict verdict(const std::string& text, const HostPort& at, const std::string& shown) {
  return judge(known_keys(text, "known_hosts", at), key_of(shown));
}

TEST(KnownHostsTest, NamesAndPatterns) {
  struct Row {
    std::string hosts;
    HostPort at;
    bool named;
  };
  const Row rows[] = {
      {"archive1", host("archive1"), true},
      {"archive1", host("ARCHIVE1"), true},
      {"Archive1", host("archive1"), true},
      {"archive1", host("archive11"), false},
      {"archive1", host("archive1.example"), false},
      {"archive1,192.0.2.1", host("192.0.2.1"), true},
      {"archive1,,192.0.2.1", host("192.0.2.1"), true},
      {"archive1", host("archive1", 2222), true},  // known at the usual port
      {"[archive1]:2222", host("archive1", 2222), true},
      {"[archive1]:2222", host("archive1"), false},
      {"[archive1]:2222", host("archive1", 2223), false},
      {"[::1]:2222", host("::1", 2222), true},
      {"::1", host("::1"), true},
      {"*.example", host("archive1.example"), true},
      {"*.example", host("example"), false},
      {"archive?", host("archive1"), true},
      {"archive?", host("archive"), false},
      {"*", host("anything", 2222), true},
      {"a*b*c", host("aXbYbZc"), true},
      {"a*b*c", host("aXcYb"), false},
      {"*.example,!archive1.example", host("archive2.example"), true},
      {"*.example,!archive1.example", host("archive1.example"), false},
      {"!archive1.example,*.example", host("archive1.example"), false},
      {"!archive1", host("archive2"), false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(verdict(row.hosts + " " + kEd25519, row.at, kEd25519),
              row.named ? HostKeyVerdict::kKnown : HostKeyVerdict::kUnknown)
        << row.hosts << " " << to_string(row.at);
  }
}

// Made by ssh-keygen -H.
TEST(KnownHostsTest, HashedNames) {
  const std::string text =
      "|1|GRyMUXBH2fxlSa3QWD5cxY8pv5E=|015iUeeRQbgJB7elju4wYh10QYQ= " + kEd25519 + "\n" +
      "|1|yk5paxoY+fY8+GgDP1cihsjjVRg=|YrUmBB8/vJnrAo2edIz2Sd3kA0M= " + kEcdsa + "\n";
  EXPECT_EQ(verdict(text, host("archive1.example"), kEd25519), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(text, host("archive1.example"), kEcdsa), HostKeyVerdict::kChanged);
  EXPECT_EQ(verdict(text, host("archive1.example", 2222), kEcdsa), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(text, host("archive1.example", 2222), kEd25519), HostKeyVerdict::kChanged);
  EXPECT_EQ(verdict(text, host("archive2.example"), kEd25519), HostKeyVerdict::kUnknown);
}

TEST(KnownHostsTest, OneOfSeveralKeysIsEnough) {
  const std::string text = "a " + kEcdsa + "\na " + kEd25519 + "\n";
  EXPECT_EQ(verdict(text, host("a"), kEd25519), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(text, host("a"), kEcdsa), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict("a " + kEcdsa, host("a"), kEd25519), HostKeyVerdict::kChanged);
}

// What is known of the port itself counts more than what is known of the host.
TEST(KnownHostsTest, AnotherPortMayBeAnotherServer) {
  const std::string text = "a " + kEd25519 + "\n[a]:2222 " + kEcdsa + "\n";
  EXPECT_EQ(verdict(text, host("a", 2222), kEd25519), HostKeyVerdict::kChanged);
  EXPECT_EQ(verdict(text, host("a", 2222), kEcdsa), HostKeyVerdict::kKnown);
}

TEST(KnownHostsTest, ARevokedKeyIsNeverTaken) {
  const std::string revoked = "@revoked * " + kEd25519 + "\n";
  EXPECT_EQ(verdict(revoked + "a " + kEd25519, host("a"), kEd25519), HostKeyVerdict::kRevoked);
  EXPECT_EQ(verdict("a " + kEd25519 + "\n" + revoked, host("a"), kEd25519),
            HostKeyVerdict::kRevoked);
  EXPECT_EQ(verdict("@revoked a " + kEd25519 + "\n[a]:2222 " + kEd25519, host("a", 2222), kEd25519),
            HostKeyVerdict::kRevoked);
  EXPECT_EQ(verdict(revoked + "a " + kEcdsa, host("a"), kEcdsa), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(revoked, host("a"), kEcdsa), HostKeyVerdict::kUnknown);
}

TEST(KnownHostsTest, WhatIsNoLineOfTheFormatIsPassedOver) {
  const std::string text = "\n# a " + kEcdsa + "\n   \na\na ssh-ed25519\na ssh-ed25519 AAAA\n" +
                           "@cert-authority a " + kEcdsa + "\n@unknown a " + kEcdsa + "\n|1|x|y " +
                           kEcdsa + "\n|1| " + kEcdsa + "\n|1||" + " " + kEcdsa + "\n";
  EXPECT_EQ(verdict(text, host("a"), kEcdsa), HostKeyVerdict::kUnknown);
  EXPECT_EQ(verdict(text + "\ta\t" + kEcdsa + " a comment\r\n", host("a"), kEcdsa),
            HostKeyVerdict::kKnown);
}

TEST(KnownHostsTest, ThePlaceOfALineIsTold) {
  const auto keys = known_keys("# 1\nb " + kEcdsa + "\na " + kEd25519, "/etc/known", host("a"));
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].place, "\"/etc/known\", line 3");
}

TEST(KnownHostsTest, TheLineThatIsToldMakesTheHostKnown) {
  for (const HostPort& at : {host("a"), host("a", 2222), host("::1"), host("::1", 2222)}) {
    EXPECT_EQ(verdict(known_hosts_line(at, key_of(kEd25519)), at, kEd25519),
              HostKeyVerdict::kKnown);
  }
  EXPECT_EQ(known_hosts_line(host("a", 2222), key_of(kEd25519)), "[a]:2222 " + kEd25519);
}

}  // namespace
}  // namespace walstow
