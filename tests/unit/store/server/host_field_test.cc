#include "store/server/host_field.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

const std::vector<HostPort> kOwn{{.host = "archive1.example", .port = 9433}};

TEST(HostFieldTest, NamesThatOthersCannotUse) {
  for (const std::string_view host :
       {"localhost", "LocalHost:9433", "127.0.0.1", "127.0.0.1:9433", "[::1]", "[::1]:9433",
        "192.0.2.7:9433", "archive1.example", "Archive1.Example:9433"}) {
    EXPECT_TRUE(names_this_host(host, kOwn)) << host;
  }
}

TEST(HostFieldTest, NamesOfOthers) {
  for (const std::string_view host :
       {"", ":9433", "evil.example", "evil.example:9433", "localhost.evil.example",
        "127.0.0.1.evil.example", "evil.example:127.0.0.1", "[::1", "[evil.example]",
        "localhost:evil.example", "[::1]evil.example", "[localhost].evil.example",
        "archive1.example.evil.example", "archive1"}) {
    EXPECT_FALSE(names_this_host(host, kOwn)) << host;
  }
  EXPECT_FALSE(names_this_host("archive1.example", {}));
}

}  // namespace
}  // namespace walstow
