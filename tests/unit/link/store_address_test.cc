#include "proto/link/store_address.h"

#include <gtest/gtest.h>

#include "proto/base/error.h"

namespace walstow {
namespace {

TEST(StoreAddressTest, EveryFormIsRead) {
  const auto tls = [](std::string host, std::uint16_t port) {
    return StoreAddress(TlsAddress{{.host = std::move(host), .port = port}});
  };
  EXPECT_EQ(parse_store_address("https://archive1.example:7432"), tls("archive1.example", 7432));
  EXPECT_EQ(parse_store_address("https://archive1"), tls("archive1", kDefaultPort));
  EXPECT_EQ(parse_store_address("https://archive1:1/"), tls("archive1", 1));
  EXPECT_EQ(parse_store_address("https://127.0.0.1:65535"), tls("127.0.0.1", 65535));
  EXPECT_EQ(parse_store_address("https://[2001:db8::1]:80"), tls("2001:db8::1", 80));
  EXPECT_EQ(parse_store_address("https://[fe80::1%eth0]"), tls("fe80::1%eth0", kDefaultPort));
  const auto ssh = [](std::string host, std::uint16_t port, std::string user, std::string path) {
    return StoreAddress(SshAddress{.at = {.host = std::move(host), .port = port},
                                   .user = std::move(user),
                                   .archive = std::move(path)});
  };
  EXPECT_EQ(parse_store_address("ssh://archive1"), ssh("archive1", 22, "", ""));
  EXPECT_EQ(parse_store_address("ssh://archive1/"), ssh("archive1", 22, "", ""));
  EXPECT_EQ(parse_store_address("ssh://walstow@archive1:2222/srv/a b@c"),
            ssh("archive1", 2222, "walstow", "/srv/a b@c"));
  EXPECT_EQ(parse_store_address("ssh://w@[::1]:1"), ssh("::1", 1, "w", ""));
  EXPECT_EQ(parse_store_address("/mnt/archive"), StoreAddress(LocalAddress{"/mnt/archive"}));
}

TEST(StoreAddressTest, WhatIsNoAddressIsRefused) {
  for (const char* text : {"",
                           "archive1",
                           "http://archive1",
                           "https://",
                           "https:///",
                           "https://:7432",
                           "https://archive1:",
                           "https://archive1:0",
                           "https://archive1:65536",
                           "https://a:b:c",
                           "https://user@archive1",
                           "https://archive1/v1",
                           "https://archive1?x",
                           "https://arch ive",
                           "https://[::1",
                           "https://[]:1",
                           "https://[::1]x",
                           "https://2001:db8::1",
                           "ftp://archive1",
                           "ssh://",
                           "ssh://walstow@",
                           "ssh://@archive1",
                           "ssh://-x@archive1",
                           "ssh://a b@archive1",
                           "ssh://archive1:0",
                           "ssh://-oProxyCommand=x",
                           "ssh://archive1/a\nb",
                           "mnt/archive",
                           "https://archive1:-1",
                           "https://archive1:7432x",
                           "https://[archive1]",
                           "https://[10.0.0.1]:80",
                           "https://a\nb"}) {
    EXPECT_THROW(parse_store_address(text), Error) << text;
  }
}

TEST(StoreAddressTest, APasswordIsNotShown) {
  try {
    parse_store_address("ssh://walstow:hunter2@archive1");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("hunter2"), std::string::npos);
  }
}

TEST(StoreAddressTest, ListenAddressMayLeaveTheHostOut) {
  EXPECT_EQ(parse_host_port(":7432"), (HostPort{.host = "", .port = 7432}));
  EXPECT_EQ(parse_host_port("localhost"), (HostPort{.host = "localhost", .port = kDefaultPort}));
  EXPECT_EQ(parse_host_port("[::]:1"), (HostPort{.host = "::", .port = 1}));
}

TEST(StoreAddressTest, TextReadsBack) {
  for (const char* text : {"archive1:7432", "[::1]:80", ":1"}) {
    EXPECT_EQ(to_string(parse_host_port(text)), text);
  }
}

}  // namespace
}  // namespace walstow
