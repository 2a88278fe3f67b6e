#include "store/certificates/host_names.h"

#include <gtest/gtest.h>

#include "proto/base/error.h"

namespace walstow {
namespace {

std::string repeated(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i)
    result += text;
  return result;
}

TEST(HostNamesTest, NamesAndAddressesAreTaken) {
  for (const std::string& host :
       {std::string("archive1.example"), std::string("archive1"), std::string("a_b.c-d.example"),
        std::string("1.2.3.4.example"), std::string("192.0.2.1"), std::string("::1"),
        std::string("2001:db8::1"), std::string("::ffff:192.0.2.1"), std::string(63, 'a'),
        repeated("abc.", 63) + "d"}) {
    EXPECT_NO_THROW(check_host(host)) << host;
  }
}

TEST(HostNamesTest, WhatIsNoHostIsRefused) {
  using namespace std::string_literals;
  for (const std::string& host : {""s,
                                  "*.example"s,
                                  "*"s,
                                  "a b"s,
                                  "archive1.example."s,
                                  ".example"s,
                                  "a..b"s,
                                  "-a"s,
                                  "a-"s,
                                  "archive1:7432"s,
                                  "https://archive1"s,
                                  "[::1]"s,
                                  "fe80::1%eth0"s,
                                  "192.0.2"s,
                                  "192.0.2.256"s,
                                  "1"s,
                                  "a,DNS:b"s,
                                  "a/b"s,
                                  "a\nb"s,
                                  "a\0b"s,
                                  "192.0.2.1\0"s,
                                  "b\xC3\xBC"
                                  "cher.example"s,
                                  std::string(64, 'a'),
                                  repeated("abc.", 63) + "de",
                                  std::string(1'000'000, 'a')}) {
    EXPECT_THROW(check_host(host), Error) << host.substr(0, 300);
    EXPECT_THROW(alternative_names({"ok.example", host}), Error) << host.substr(0, 300);
  }
}

TEST(HostNamesTest, NamesAndAddressesAreToldApart) {
  EXPECT_EQ(alternative_names({"archive1.example", "192.0.2.1", "::1"}),
            "DNS:archive1.example,IP:192.0.2.1,IP:::1");
}

}  // namespace
}  // namespace walstow
