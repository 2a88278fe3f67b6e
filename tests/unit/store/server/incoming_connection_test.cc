#include "store/server/incoming_connection.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

TEST(NetworkTest, AHostOfIpv6IsOneWhateverItsAddress) {
  const auto network = [](const char* text) {
    return network_of(boost::asio::ip::make_address(text));
  };
  EXPECT_EQ(network("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(network("2001:db8:1:2::9"), network("2001:db8:1:2:ffff::1"));
  EXPECT_NE(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
}

}  // namespace
}  // namespace walstow
