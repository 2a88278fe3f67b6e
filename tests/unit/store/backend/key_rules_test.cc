#include "store/backend/key_rules.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

TEST(BackendChecksTest, KeysOfItsOwnHouseKeepingAreListedOnlyOnRequest) {
  EXPECT_EQ(probe_key("0a"), "_probe/0a.zst");
  EXPECT_EQ(aside_key("main/a", "0a"), "_aside/main/a.0a");
  for (const std::string& key : {probe_key("0a"), aside_key("main/a", "0a")}) {
    check_key(key);
    EXPECT_FALSE(is_listed(key, ""));
    EXPECT_TRUE(is_listed(key, key.substr(0, key.find('/') + 1)));
  }
}

}  // namespace
}  // namespace walstow
