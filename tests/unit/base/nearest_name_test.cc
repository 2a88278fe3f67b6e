#include "proto/base/nearest_name.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

TEST(NearestName, SlipOfTheHand) {
  EXPECT_EQ(nearest_name({"standby1", "primary"}, "stanby1"), "standby1");
  EXPECT_EQ(nearest_name({"standby1", "primary"}, "primarx"), "primary");
  EXPECT_EQ(nearest_name({"standby1", "primary"}, "reports"), std::nullopt);
  EXPECT_EQ(nearest_name({}, "x"), std::nullopt);
}

}  // namespace
}  // namespace walstow
